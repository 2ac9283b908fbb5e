// Microsoft's Graph client reads the simulated tenant: lists to their end, batches, and what it makes of refusals.
import { createRequire } from 'node:module';

import { Report } from '../node/report.mjs';
import { Transport } from './transport.mjs';
import { withSimulator } from './with_simulator.mjs';

const kUsers = 300;

await withSimulator(
  'graph',
  [
    '--users',
    `${kUsers}`,
    '--page-size',
    '70',
    '--empty-pages',
    '3',
    '--without-permission',
    'SecurityEvents.Read.All',
  ],
  async (tenant) => {
    const require = createRequire(import.meta.url);
    const { ConfidentialClientApplication } = require('@azure/msal-node');
    const {
      BatchRequestContent,
      BatchResponseContent,
      Client,
      PageIterator,
    } = require('@microsoft/microsoft-graph-client');
    const report = new Report();
    const transport = new Transport(tenant.port);
    globalThis.fetch = transport.fetch();
    const application = new ConfidentialClientApplication({
      auth: {
        clientId: tenant.client_id,
        authority: `https://login.microsoftonline.com/${tenant.tenant_id}`,
        clientSecret: tenant.secret,
      },
      system: { networkClient: transport.networkModule() },
    });
    const graph = Client.initWithMiddleware({
      authProvider: {
        getAccessToken: async () => {
          const scopes = ['https://graph.microsoft.com/.default'];
          return (await application.acquireTokenByClientCredential({ scopes })).accessToken;
        },
      },
    });

    async function readAll(request) {
      const out = [];
      const before = transport.requests.length;
      const iterator = new PageIterator(graph, await request.get(), (one) => out.push(one) > 0);
      await iterator.iterate();
      report.check(iterator.isComplete(), 'the iterator did not come to the end');
      report.count('objects', out.length);
      report.equal(new Set(out.map((one) => one.id)).size, out.length, 'different ids');
      return { objects: out, pages: transport.requests.length - before };
    }

    const users = await readAll(graph.api('/users').select(['id', 'displayName', 'userPrincipalName']).top(100));
    report.equal(users.objects.length, kUsers, 'users');
    report.check(users.pages >= 5, `users came in ${users.pages} pages`);
    const count = await graph.api('/users/$count').header('ConsistencyLevel', 'eventual').get();
    report.equal(Number(count), kUsers, '/users/$count');

    for (const version of ['v1.0', 'beta']) {
      const list = '/identity/conditionalAccess/policies';
      const policies = await readAll(graph.api(list).version(version));
      const counted = await graph.api(list).version(version).count(true).get();
      report.equal(policies.objects.length, counted['@odata.count'], `policies of ${version}`);
      const first = await graph.api(`${list}/${policies.objects[0].id}`).version(version).get();
      report.equal(first.displayName, policies.objects[0].displayName, `one policy of ${version}`);
    }
    const guests = await readAll(
      graph
        .api('/users')
        .filter("userType eq 'Guest'")
        .select('id,userType')
        .count(true)
        .header('ConsistencyLevel', 'eventual'),
    );
    report.check(
      guests.objects.length > 0 && guests.objects.every((one) => one.userType === 'Guest'),
      'guests are not guests',
    );

    // The statuses by the steps' ids, and the answers.
    async function batch(steps) {
      const content = new BatchRequestContent(
        steps.map(([id, url, dependsOn]) => {
          // The client takes off the host alone, and steps have no version.
          const request = new Request(`https://graph.microsoft.com${url}`, { method: 'GET' });
          return { id, request, dependsOn };
        }),
      );
      const answers = new BatchResponseContent(await graph.api('/$batch').post(await content.getContent()));
      report.count('steps of batches', steps.length);
      return { answers, statuses: steps.map(([id]) => answers.getResponseById(id).status) };
    }

    const nobody = '/users/00000000-0000-0000-0000-000000000000';
    const scores = '/security/secureScores';
    const someone = `/users/${users.objects[0].id}?$select=id,displayName`;
    const parallel = await batch([
      ['a', someone],
      ['b', '/organization'],
      ['c', nobody],
      ['d', scores],
    ]);
    report.equal(parallel.statuses, [200, 200, 404, 403], 'statuses of a batch');
    const named = (await parallel.answers.getResponseById('a').json()).displayName;
    report.equal(named, users.objects[0].displayName, 'the user in the batch');
    const serial = await batch([
      ['1', '/organization'],
      ['2', nobody, ['1']],
      ['3', '/subscribedSkus', ['2']],
    ]);
    report.equal(serial.statuses, [200, 404, 424], 'statuses of a batch in which one step needs the other');

    async function refused(what, status, code, request) {
      try {
        await request.get();
        report.fault(`${what}: it was answered`);
      } catch (error) {
        report.count('refusals');
        report.equal([error.statusCode, error.code], [status, code], what);
      }
    }
    await refused('a missing role', 403, 'Authorization_RequestDenied', graph.api(scores));
    await refused('a user that is not there', 404, 'Request_ResourceNotFound', graph.api(nobody));
    await refused('a filter that is none', 400, 'BadRequest', graph.api('/users').filter('userType eq'));
    await refused('a path that is none', 400, 'BadRequest', graph.api('/nothing'));
    const stranger = Client.init({ authProvider: (done) => done(null, 'not.a.token') });
    await refused('a token that is none', 401, 'InvalidAuthenticationToken', stranger.api('/organization'));
    report.finish();
  },
);
