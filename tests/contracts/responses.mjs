// Every answer of the simulated Graph is what Microsoft's description of the operation says.
import { Report } from '../node/report.mjs';
import { Exceptions } from './exceptions.mjs';
import { general, Graph } from './graph.mjs';
import { described, isGraph, read, recordings } from './recording.mjs';
import { expansionTree } from './schema.mjs';

const report = new Report();
const exceptions = new Exceptions('responses');
let place = '';
const fault = (text) => exceptions.covers(text) || report.fault(text, place);
const graph = new Graph(fault);

const kErrors = 'microsoft.graph.ODataErrors.ODataError';
const optionOf = (one, name) => one.options.find(([option]) => option.toLowerCase() === name)?.[1] ?? '';

function checkError(one, name, checker) {
  report.count('refusals');
  if (one.json === undefined) return fault(`${name}: the refusal with ${one.status} is no JSON`);
  checker.check(one.json, { $ref: `#/components/schemas/${kErrors}` }, `refusal of ${name}`);
}

const operations = new Set();
for (const one of recordings.flatMap(read).filter(isGraph)) {
  place = described(one);
  const operation = graph.operation(one);
  const name = general(one, operation);
  const checker = graph.checker(one);
  report.count('answers');
  if (one.status >= 400) {
    checkError(one, name, checker);
    continue;
  }
  if (!operation) {
    report.count('answers that nothing describes');
    continue;
  }
  operations.add(name);
  const content = operation.responses[one.status] ?? operation.responses['2XX'];
  if (one.status === 302 || one.status === 204) continue;
  if (!content) {
    fault(`${name}: a status of ${one.status} is not described`);
    continue;
  }
  const types = Object.keys(content);
  if (types.length === 0) continue;
  if (!types.includes(one.content)) {
    fault(`${name}: the content is ${one.content}, not ${types.join(' or ')}`);
    continue;
  }
  if (one.json === undefined) continue;
  checker.check(one.json, content[one.content], `answer of ${name}`, expansionTree(optionOf(one, '$expand')));
}
report.count('operations', operations.size);
report.count('values', graph.checkers['v1.0'].values + graph.checkers.beta.values);
report.check(operations.size > 50, 'hardly anything was answered');
exceptions.finish(report);
report.finish();
