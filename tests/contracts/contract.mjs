// Microsoft's OpenAPI descriptions of Graph: which operation a request is, which type an answer has. Reading the YAML
// takes seconds, so what is needed of it is kept as JSON in the build folder, by the digest of the original.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { contractsFolder, environment, needPackages } from '../node/report.mjs';

const kPrefix = '#/components/schemas/';
const kWords = new Set([
  'description',
  'summary',
  'externalDocs',
  'x-permissions',
  'tags',
  'example',
  'x-ms-docs-key-type',
]);
// Raised when what is kept changes its form.
const kForm = 3;

// Names of properties are kept even when they are called like one of the words.
function withoutWords(value, isMap = false) {
  if (Array.isArray(value)) return value.map((one) => withoutWords(one));
  if (value === null || typeof value !== 'object') return value;
  const out = {};
  for (const [key, member] of Object.entries(value))
    if (isMap || !kWords.has(key)) out[key] = withoutWords(member, key === 'properties' || key === 'mapping');
  return out;
}

function compact(document) {
  const { components } = document;
  const resolve = (object) => {
    if (!object?.$ref) return object;
    const [, , kind, name] = object.$ref.split('/');
    return components[kind][name];
  };
  const operations = [];
  for (const [template, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'patch', 'put', 'delete']) {
      const operation = item[method];
      if (!operation) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
      const responses = {};
      for (const [status, response] of Object.entries(operation.responses ?? {})) {
        const contents = Object.entries(resolve(response).content ?? {});
        responses[status] = Object.fromEntries(contents.map(([type, { schema }]) => [type, schema]));
      }
      operations.push({
        method: method.toUpperCase(),
        path: template,
        id: operation.operationId,
        query: parameters.filter((one) => one.in === 'query').map((one) => one.name),
        headers: parameters.filter((one) => one.in === 'header').map((one) => one.name.toLowerCase()),
        body: resolve(operation.requestBody)?.content?.['application/json']?.schema,
        responses,
      });
    }
  }
  return withoutWords({ operations, schemas: components.schemas });
}

function read(folder, version) {
  const bytes = fs.readFileSync(path.join(folder, `msgraph-${version}.yaml`));
  const digest = createHash('sha256').update(`${kForm} `).update(bytes).digest('hex').slice(0, 16);
  const kept = path.join(environment('ASSAY_TEST_FOLDER'), 'contracts', `${version}-${digest}.json`);
  if (fs.existsSync(kept)) return JSON.parse(fs.readFileSync(kept, 'utf8'));
  needPackages();
  const { parse } = createRequire(import.meta.url)('yaml');
  const out = compact(parse(bytes.toString('utf8')));
  fs.mkdirSync(path.dirname(kept), { recursive: true });
  // Tests run beside each other: whoever comes later finds the whole file or none.
  const unfinished = `${kept}.${process.pid}`;
  fs.writeFileSync(unfinished, JSON.stringify(out));
  fs.renameSync(unfinished, kept);
  return out;
}

// A template's segment as a test of a request's. Functions and actions may be written without their namespace and, when
// they have no parameters, without parentheses.
function segmentTest(segment) {
  if (/^\{[^}]*\}$/.test(segment)) return { literal: false, matches: (text) => text !== '$count' && text !== '$ref' };
  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let pattern = segment
    .split(/(\{[^}]*\})/)
    .map((part) => (part.startsWith('{') ? "[^/']*" : escaped(part)))
    .join('');
  const namespace = /^(microsoft\\\.graph\\\.(?:security\\\.)?)/;
  if (namespace.test(pattern)) pattern = pattern.replace(namespace, '(?:$1)?');
  pattern = pattern.replace(/\\\(\\\)$/, '(?:\\(\\))?');
  const test = new RegExp(`^${pattern}$`);
  return { literal: true, matches: (text) => test.test(text) };
}

// One version of Graph.
export class Description {
  constructor({ operations, schemas }) {
    this.schemas = schemas;
    this.operations = operations.map((operation) => ({
      ...operation,
      segments: operation.path.slice(1).split('/').map(segmentTest),
    }));
    this.flat = new Map();
    this.derived = new Map();
    for (const [name, schema] of Object.entries(schemas)) {
      const base = schema.allOf?.find((one) => one.$ref)?.$ref.slice(kPrefix.length);
      if (!base) continue;
      if (!this.derived.has(base)) this.derived.set(base, []);
      this.derived.get(base).push(name);
    }
  }

  // The operation; literal segments win over `{…}`.
  operation(method, segments) {
    const fits = this.operations.filter(
      (one) =>
        one.method === method &&
        one.segments.length === segments.length &&
        one.segments.every((test, i) => test.matches(segments[i])),
    );
    const literals = (one) => one.segments.map((test) => (test.literal ? '1' : '0')).join('');
    return fits.sort((a, b) => (literals(a) < literals(b) ? 1 : -1))[0];
  }

  // A type with all that it inherits.
  type(name) {
    if (this.flat.has(name)) return this.flat.get(name);
    const schema = this.schemas[name];
    if (!schema) return undefined;
    const out = { name, properties: {}, required: [], open: false, abstract: false, bases: [], schema };
    this.flat.set(name, out);
    for (const part of schema.allOf ?? [schema]) {
      if (part.$ref) {
        const base = this.type(part.$ref.slice(kPrefix.length));
        Object.assign(out.properties, base.properties);
        out.required.push(...base.required);
        out.open ||= base.open;
        out.bases = [base.name, ...base.bases];
      } else {
        Object.assign(out.properties, part.properties);
        out.required.push(...(part.required ?? []));
        out.open ||= part['x-open-type'] === true;
        out.abstract = part['x-abstract'] === true;
      }
    }
    return out;
  }

  // The type and all that derive from it.
  family(name) {
    return [name, ...(this.derived.get(name) ?? []).flatMap((one) => this.family(one))];
  }
}

export const nameOf = (schema) => schema?.$ref?.slice(kPrefix.length);

// The description of a version. The beta file has only what v1.0 lacks or types differently, so v1.0 stands behind it.
export function descriptions() {
  const folder = contractsFolder();
  return {
    'v1.0': new Description(read(folder, 'v1.0')),
    beta: new Description(read(folder, 'beta')),
  };
}
