// Which properties a request names in its query options.
import { nameOf } from './contract.mjs';

const kWords = new Set([
  ...['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'and', 'or', 'not', 'in', 'has', 'null', 'true', 'false', 'asc', 'desc'],
]);
const kFunctions = new Set(['startswith', 'endswith', 'contains', 'tolower', 'toupper', 'cast', 'isof', 'length']);

// Paths like `assignedPlans/servicePlanId` in a filter or an order. Variables of `any(v: …)` are what they stand for.
export function propertiesOf(expression) {
  // Literals first: text, identifiers and times are no names.
  const bare = expression
    .replace(/'(?:[^']|'')*'/g, ' ')
    .replace(/\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b/g, ' ')
    .replace(/\b\d{4}-\d\d-\d\d(?:T[0-9:.]+(?:Z|[+-]\d\d:\d\d))?/g, ' ')
    .replace(/(?<![\w$])-?\d+(?:\.\d+)?\b/g, ' ');
  const variables = new Map();
  for (const [, path, name] of bare.matchAll(/([A-Za-z_][\w/.]*)\/(?:any|all)\(\s*(\w+)\s*:/g))
    variables.set(name, path);
  const out = new Set();
  for (const [name] of bare.matchAll(/[$A-Za-z_][\w/.$]*/g)) {
    const path = name.replace(/\/(?:any|all)$/, '').replace(/\/\$count$/, '');
    const [first, ...rest] = path.split('/');
    if (kWords.has(first) || kFunctions.has(first.toLowerCase())) continue;
    if (variables.has(first)) {
      if (rest.length > 0) out.add([variables.get(first), ...rest].join('/'));
    } else {
      out.add(path);
    }
  }
  return [...out];
}

// The type of the objects that an operation answers with; undefined where it answers no objects.
export function elementType(checker, operation) {
  const responses = operation.responses['2XX'] ?? operation.responses['200'] ?? {};
  let schema = responses['application/json'];
  const name = nameOf(schema);
  if (name) {
    const { value } = checker.typeOf(name)?.properties ?? {};
    if (!name.endsWith('CollectionResponse') || !value) return name;
    schema = { properties: { value } };
  }
  const value = schema?.properties?.value;
  return nameOf(value?.items) ?? nameOf(value) ?? undefined;
}

// What is wrong with a path of properties that begins at a type, or undefined. A type's derived types count too: a list
// of directory objects is selected from by the properties of users. `microsoft.graph.user/mail` says which.
// `propertyOf` looks a property up.
export function pathFault(checker, typeName, path, propertyOf = (type, name) => checker.property(type, name)) {
  let names = [typeName];
  for (const segment of path.split('/')) {
    if (segment.startsWith('microsoft.graph.')) {
      if (!checker.typeOf(segment)) return `there is no type ${segment}`;
      names = [segment];
      continue;
    }
    const families = names.flatMap((name) => [
      ...checker.own.family(name),
      ...(checker.behind ? checker.behind.family(name) : []),
    ]);
    const types = families.map((name) => checker.typeOf(name)).filter(Boolean);
    const found = types.map((type) => propertyOf(type, segment)).filter(Boolean);
    if (found.length === 0) {
      if (types.some((type) => checker.isOpen(type)) && /^extension_|_/.test(segment)) return undefined;
      return `${names[0]} has no ${segment}`;
    }
    names = found.map((schema) => nameOf(schema) ?? nameOf(schema.items)).filter(Boolean);
    // The description says nothing of what is in an object without properties.
    if (names.length === 0 && found.some((schema) => (schema.items ?? schema).type === 'object')) return undefined;
    if (names.length === 0) names = ['(a plain value)'];
  }
  return undefined;
}
