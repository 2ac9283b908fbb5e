// Every request of the collector to Graph is an operation that Microsoft describes, with options that it has, and names
// properties that exist.
import { Report } from '../node/report.mjs';
import { Exceptions } from './exceptions.mjs';
import { general, Graph } from './graph.mjs';
import { elementType, pathFault, propertiesOf } from './query.mjs';
import { described, isGraph, read, recordings } from './recording.mjs';
import { expansionTree } from './schema.mjs';

const report = new Report();
const exceptions = new Exceptions('requests');
let place = '';
const fault = (text) => exceptions.covers(text) || report.fault(text, place);
const graph = new Graph(fault);
// Tokens of the server's own links; the options of the list are repeated in them.
const kTokens = new Set(['$skiptoken', '$deltatoken']);
// Headers that all of Graph takes, and that the descriptions therefore leave out.
const kSentAlways = new Set([
  ...['host', 'user-agent', 'accept', 'accept-encoding', 'content-type', 'content-length', 'client-request-id'],
  ...['prefer', 'x-ms-throttle-priority'],
]);

function checkNames(checker, name, type, paths) {
  for (const path of paths.filter((one) => one !== '')) {
    report.count(`properties in ${name}`);
    const wrong = pathFault(checker, type, path);
    if (wrong) fault(`${name}: ${wrong}`);
  }
}

function checkExpansion(checker, type, tree) {
  checkNames(
    checker,
    '$expand',
    type,
    Object.keys(tree).filter((one) => one !== '*'),
  );
}

const operations = new Set();
for (const one of recordings.flatMap(read).filter(isGraph)) {
  place = described(one);
  report.count('requests');
  const operation = graph.operation(one);
  const name = general(one, operation);
  if (!operation) {
    fault(`${name} is not described`);
    continue;
  }
  operations.add(name);
  const checker = graph.checker(one);
  const type = elementType(checker, operation);
  for (const [option, value] of one.options) {
    if (kTokens.has(option)) continue;
    report.count('options');
    if (!operation.query.includes(option)) fault(`${name} has no option ${option}`);
    if (option === '$top' && !/^[1-9]\d*$/.test(value)) fault(`${name}: $top is ${value}`);
    if (!type) continue;
    if (option === '$select') checkNames(checker, option, type, value.split(','));
    if (option === '$filter') checkNames(checker, option, type, propertiesOf(value));
    if (option === '$orderby') checkNames(checker, option, type, propertiesOf(value));
    if (option === '$expand') checkExpansion(checker, type, expansionTree(value));
  }
  for (const header of Object.keys(one.headers)) {
    if (kSentAlways.has(header) || operation.headers.includes(header)) continue;
    fault(`${name} has no header ${header}`);
  }
  if (operation.body) {
    report.count('bodies');
    checker.check(one.bodyJson ?? null, operation.body, `body of ${name}`);
  } else if (one.bodyJson !== undefined) {
    fault(`${name} has no body`);
  }
}
report.count('operations', operations.size);
report.check(operations.size > 50, 'the collector asked for hardly anything');
exceptions.finish(report);
report.finish();
