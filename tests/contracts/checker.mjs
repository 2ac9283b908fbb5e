// The checks themselves: each of these answers and requests is wrong in one way, and must be told apart from the right
// one beside it.
import { Report } from '../node/report.mjs';
import { Graph } from './graph.mjs';
import { elementType, pathFault, propertiesOf } from './query.mjs';
import { expansionTree } from './schema.mjs';

const report = new Report();
const found = [];
const graph = new Graph((text) => found.push(text));

function faultsOf(version, type, value, expand = '') {
  found.length = 0;
  graph.checkers[version].check(
    value,
    { $ref: `#/components/schemas/microsoft.graph.${type}` },
    'answer',
    expansionTree(expand),
  );
  return [...found];
}
const right = (type, value, expand) => report.equal(faultsOf('v1.0', type, value, expand), [], JSON.stringify(value));
const wrong = (type, value, fault, expand) =>
  report.equal(faultsOf('v1.0', type, value, expand), [fault], JSON.stringify(value));

const policy = {
  id: 'p',
  displayName: 'Block',
  state: 'enabled',
  createdDateTime: '2026-01-05T10:00:00.1234567Z',
  grantControls: null,
};
right('conditionalAccessPolicy', policy);
right('conditionalAccessPolicyCollectionResponse', { '@odata.context': 'x', '@odata.count': 1, value: [policy] });
wrong(
  'conditionalAccessPolicy',
  { ...policy, colour: 'red' },
  'microsoft.graph.conditionalAccessPolicy.colour is not declared',
);
wrong(
  'conditionalAccessPolicy',
  { ...policy, displayName: null },
  'microsoft.graph.conditionalAccessPolicy.displayName is null',
);
wrong(
  'conditionalAccessPolicy',
  { ...policy, displayName: 7 },
  'microsoft.graph.conditionalAccessPolicy.displayName is integer, not string',
);
wrong(
  'conditionalAccessPolicy',
  { ...policy, state: 'on' },
  'microsoft.graph.conditionalAccessPolicy.state is "on", which is no conditionalAccessPolicyState',
);
wrong(
  'conditionalAccessPolicy',
  { ...policy, createdDateTime: '2026-01-05' },
  'microsoft.graph.conditionalAccessPolicy.createdDateTime is no date-time: "2026-01-05"',
);
wrong(
  'conditionalAccessPolicy',
  { ...policy, conditions: [] },
  'microsoft.graph.conditionalAccessPolicy.conditions is array, not object',
);
wrong(
  'conditionalAccessPolicyCollectionResponse',
  { value: {} },
  'microsoft.graph.conditionalAccessPolicyCollectionResponse.value is object, not array',
);
wrong(
  'conditionalAccessPolicyCollectionResponse',
  { '@odata.count': '1', value: [] },
  'microsoft.graph.conditionalAccessPolicyCollectionResponse.@odata.count is string, not integer',
);

// Derived types.
const location = { '@odata.type': '#microsoft.graph.ipNamedLocation', id: 'n', displayName: 'Office', isTrusted: true };
right('namedLocation', location);
wrong(
  'namedLocation',
  { '@odata.type': '#microsoft.graph.moonNamedLocation', id: 'n' },
  'answer: there is no type microsoft.graph.moonNamedLocation',
);
wrong(
  'namedLocation',
  { '@odata.type': '#microsoft.graph.user', id: 'n' },
  'answer: microsoft.graph.user is no microsoft.graph.namedLocation',
);
wrong(
  'namedLocation',
  { ...location, includeUnknownCountriesAndRegions: true },
  'microsoft.graph.ipNamedLocation.includeUnknownCountriesAndRegions is not declared',
);
wrong(
  'directoryObject',
  { '@odata.type': '#microsoft.graph.directoryObject', id: 'n' },
  'answer: @odata.type says microsoft.graph.directoryObject, which is declared anyway',
);

// Open types, expansions, refusals.
right('user', { id: 'u', extension_0123_costCentre: 'A7' });
wrong('application', { id: 'a', owners: [] }, 'microsoft.graph.application.owners was not expanded');
right('application', { id: 'a', owners: [] }, 'owners($select=id)');
right('ODataErrors.ODataError', { error: { code: 'x', message: 'y' } });
wrong('ODataErrors.ODataError', { error: { code: 'x' } }, 'microsoft.graph.ODataErrors.MainError.message is missing');
wrong('ODataErrors.ODataError', {}, 'microsoft.graph.ODataErrors.ODataError.error is missing');

// What the beta description lacks, v1.0 may have.
report.equal(
  faultsOf('beta', 'conditionalAccessPolicy', { id: 'p', templateId: null }),
  [],
  'a property that only v1.0 declares',
);

// Operations and options.
const operation = (method, path) => graph.descriptions['v1.0'].operation(method, path.split('/'))?.path;
report.equal(operation('GET', 'users/delta'), '/users/microsoft.graph.delta()', 'a function by its short name');
report.equal(operation('GET', 'users/$count'), '/users/$count', 'a literal before a key');
report.equal(operation('GET', 'users/some-one'), '/users/{user-id}', 'a key');
report.equal(operation('PUT', 'users'), undefined, 'a method that is none');
report.equal(
  propertiesOf(
    "startsWith(displayName,'a b') and not(createdDateTime lt 2026-01-01T00:00:00Z)" +
      ' and assignedPlans/any(p:p/servicePlanId eq 0f1f2f3f-0000-0000-0000-000000000000)',
  ).sort(),
  ['assignedPlans', 'assignedPlans/servicePlanId', 'createdDateTime', 'displayName'],
  'names in a filter',
);
const path = (type, text) => pathFault(graph.checkers['v1.0'], `microsoft.graph.${type}`, text);
report.equal(path('user', 'signInActivity/lastSignInDateTime'), undefined, 'a property of a property');
report.equal(path('directoryObject', 'userPrincipalName'), undefined, 'a property of a derived type');
report.equal(path('user', 'shoeSize'), 'microsoft.graph.user has no shoeSize', 'a property that is none');
report.equal(path('user', 'displayName/first'), '(a plain value) has no first', 'a property of a text');
report.equal(
  expansionTree('policy($expand=rules;$select=id),members($select=id,displayName)'),
  { policy: { rules: {} }, members: {} },
  'an expansion',
);
const users = graph.descriptions['v1.0'].operation('GET', ['users']);
report.equal(elementType(graph.checkers['v1.0'], users), 'microsoft.graph.user', 'what a list holds');
report.finish();
