// What the simulated tenant answers outside Graph has the properties and types that a real tenant's export showed
// (observed-shapes.json). Nobody publishes a description of these services.
//
// An observation says what was there, not what can be: null passes everywhere, and where only null or an empty list was
// seen, any value or list passes. Dates were written as numbers by the export and are text on the wire.
import fs from 'node:fs';
import path from 'node:path';

import { contractsFolder, Report } from '../node/report.mjs';
import { Exceptions } from './exceptions.mjs';
import { described, isGraph, read, recordings } from './recording.mjs';

const report = new Report();
const exceptions = new Exceptions('observed');
let place = '';
const fault = (text) => exceptions.covers(text) || report.fault(text, place);
const { objects } = JSON.parse(fs.readFileSync(path.join(contractsFolder(), 'observed-shapes.json'), 'utf8'));

// Where the export's client has given the values names of its own.
const kEnvironment = (row) => ({
  EnvironmentName: row.name,
  DisplayName: row.properties?.displayName,
  IsDefault: row.properties?.isDefault,
  Location: row.location,
  EnvironmentType: row.properties?.environmentSku,
  CreatedTime: row.properties?.createdTime,
});

// What was asked for, and the objects in the answer. Undefined: not a question about an object.
function objectsOf(one) {
  const listed = (value) => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
  if (one.path.endsWith('/InvokeCommand'))
    return { name: one.bodyJson?.CmdletInput?.CmdletName ?? '(no cmdlet)', rows: listed(one.json?.value) };
  if (one.host.endsWith('-admin.sharepoint.com') && one.path.startsWith('/_api/'))
    return { name: `GET ${one.path}`, rows: listed(one.json) };
  const teams = /^\/Skype\.Policy\/configurations\/(\w+)$/.exec(one.path);
  if (teams) {
    const name = teams[1] === 'M365UnifiedTenantSettings' ? 'Teams unified tenant app settings' : teams[1];
    return { name, rows: listed(one.json) };
  }
  if (one.path.endsWith('/listTenantSettings'))
    return { name: 'Power Platform listTenantSettings', rows: listed(one.json) };
  if (one.path.endsWith('/tenantIsolationPolicy'))
    return { name: 'Power Platform tenantIsolationPolicy', rows: listed(one.json) };
  if (one.path.endsWith('/scopes/admin/environments'))
    return { name: 'Power Platform environments (normalised)', rows: listed(one.json?.value).map(kEnvironment) };
  if (one.host === 'login.microsoftonline.com' || one.path.endsWith('/EXOModuleFile')) return undefined;
  return { name: `${one.method} ${one.host}${one.path}`, rows: [] };
}

const kindOf = (value) => (Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value);

function agrees(value, type) {
  if (value === null) return true;
  return type.split('/').some((one) => {
    if (one === 'null') return type === 'null';
    if (one === 'array<?>') return Array.isArray(value);
    if (one.startsWith('array<'))
      return Array.isArray(value) && value.every((inner) => agrees(inner, one.slice(6, -1)));
    if (one.startsWith('date('))
      return typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
    return kindOf(value) === one;
  });
}

function check(name, shape, row, partial) {
  report.count('objects');
  for (const [key, value] of Object.entries(row)) {
    if (key.includes('@')) continue; // annotations, such as the .NET type of a value
    report.count('properties');
    const known = shape.properties[key];
    if (!known) {
      if (!partial) fault(`${name}.${key} was not observed`);
    } else if (value === undefined || !agrees(value, known.type)) {
      fault(`${name}.${key} is ${kindOf(value)}, and ${known.type} was observed`);
    }
  }
}

const asked = new Set();
for (const one of recordings.flatMap(read).filter((each) => !isGraph(each))) {
  const found = objectsOf(one);
  if (!found) continue;
  place = described(one);
  report.count('requests');
  const subset = `${found.name} (subset)`;
  const shape = objects[found.name] ?? objects[subset];
  if (!shape) {
    fault(`${found.name} was not observed`);
    continue;
  }
  asked.add(found.name);
  if (one.status !== 200) continue;
  for (const row of found.rows) check(found.name, shape, row, Object.hasOwn(objects, subset));
}
report.count('kinds of object', asked.size);
report.check(asked.size > 20, 'hardly anything was asked');
exceptions.finish(report);
report.finish();
