// The columns of the catalogue's tables stand where Microsoft's descriptions have a property, and so do those of tables
// that other services fill, where their objects were observed. A column that reads nothing is NULL for ever, and a
// control that relies on it says less than it seems to.
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { contractsFolder, needPackages, Report } from '../node/report.mjs';
import { Exceptions } from './exceptions.mjs';
import { Graph } from './graph.mjs';
import { elementType, pathFault } from './query.mjs';

needPackages();
const { parse } = createRequire(import.meta.url)('yaml');
const report = new Report();
const exceptions = new Exceptions('columns');
const fault = (text) => exceptions.covers(text) || report.fault(text);
const graph = new Graph(fault);
const { objects } = JSON.parse(fs.readFileSync(path.join(contractsFolder(), 'observed-shapes.json'), 'utf8'));

function tables() {
  const folder = fileURLToPath(new URL('../../catalog/tables', import.meta.url));
  const files = fs.readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.yaml'));
  return files.sort().map((file) => parse(fs.readFileSync(path.join(folder, file), 'utf8')));
}

// Pointers of all columns with where they begin: [column, pointer from the element].
function columnsOf(table) {
  const rows = table.source.rows ?? '';
  const under = (base, columns) =>
    (columns ?? []).map(({ name, pointer = `/${name}` }) => [name, pointer === '/' ? base : base + pointer, pointer]);
  const own = under(rows, table.columns);
  const children = (table.children ?? [])
    .filter((child) => child.rows !== 'map')
    .flatMap((child) =>
      under(rows + (child.pointer === '/' ? '' : child.pointer), child.columns).map(([name, ...rest]) => [
        `${child.table}.${name}`,
        ...rest,
      ]),
    );
  return [...own, ...children].filter(([, , pointer]) => pointer.startsWith('/'));
}

function checkGraph(table) {
  const { source } = table;
  const version = source.version ?? 'v1.0';
  const segments = source.path.split('/').slice(1);
  const one = { method: source.method ?? 'GET', segments: [version, ...segments] };
  const operation = graph.operation(one);
  if (!operation) return report.count('tables that nothing describes');
  const checker = graph.checker(one);
  const type = elementType(checker, operation);
  if (!type) return report.count('tables that nothing describes');
  report.count('tables of Graph');
  for (const [name, pointer] of columnsOf(table)) {
    report.count('columns');
    const names = pointer.split('/').filter((part) => part !== '');
    const wrong = pathFault(checker, type, names.join('/'), (one, key) => checker.propertyLike(one, key));
    if (names.length > 0 && wrong) fault(`${table.table}.${name}: ${wrong}`);
  }
}

function checkObserved(table) {
  const { source } = table;
  const shape = objects[source.cmdlet ?? source.object ?? `GET ${source.path}`];
  if (!shape) return report.count('tables that nothing describes');
  report.count('tables of observed objects');
  const known = new Set(Object.keys(shape.properties).map((key) => key.toLowerCase()));
  for (const [name, pointer] of columnsOf(table)) {
    report.count('columns');
    const [first] = pointer.split('/').filter((part) => part !== '');
    if (first && !known.has(first.toLowerCase())) fault(`${table.table}.${name}: ${first} was not observed`);
  }
}

for (const table of tables()) {
  if (table.source.sql) continue;
  if (table.source.service === 'graph') checkGraph(table);
  else checkObserved(table);
}
exceptions.finish(report);
report.finish();
