// Microsoft's own library signs in to the simulated tenant: by secret, by certificate in both forms, by a token of
// another issuer; and what it says when it is refused.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

import { Report } from '../node/report.mjs';
import { Transport } from './transport.mjs';
import { withSimulator } from './with_simulator.mjs';

const kGraph = ['https://graph.microsoft.com/.default'];

const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));

// What `clientCertificate` of msal-node takes.
function certificate(pem, thumbprint) {
  const x509 = new X509Certificate(pem);
  const digest = (name) => createHash(name).update(x509.raw).digest('hex');
  const privateKey = /-----BEGIN (?:RSA )?PRIVATE KEY-----[^]*?-----END (?:RSA )?PRIVATE KEY-----/.exec(pem)[0];
  return { privateKey, [thumbprint]: digest(thumbprint === 'thumbprintSha256' ? 'sha256' : 'sha1') };
}

await withSimulator('sign_in', ['--users', '20'], async (tenant) => {
  const { ConfidentialClientApplication } = createRequire(import.meta.url)('@azure/msal-node');
  const report = new Report();
  const transport = new Transport(tenant.port);
  const application = (auth, id = tenant.tenant_id) =>
    new ConfidentialClientApplication({
      auth: { clientId: tenant.client_id, authority: `https://login.microsoftonline.com/${id}`, ...auth },
      system: { networkClient: transport.networkModule() },
    });
  // The assertion of the last request for a token.
  const assertion = () => new URLSearchParams(transport.requests.at(-1).body).get('client_assertion');

  async function accepted(what, auth, scopes = kGraph) {
    const client = application(auth);
    const result = await client.acquireTokenByClientCredential({ scopes });
    const token = claims(result.accessToken);
    report.equal(token.appid ?? token.azp, tenant.client_id, `${what}: the token's application`);
    report.equal(token.tid, tenant.tenant_id, `${what}: the token's tenant`);
    report.check(result.expiresOn > new Date(), `${what}: the token has ended`);
    return { client, result, token };
  }

  async function refused(what, code, auth, id) {
    try {
      await application(auth, id).acquireTokenByClientCredential({ scopes: kGraph });
      report.fault(`${what}: a token was given`);
    } catch (error) {
      report.count('refusals');
      report.check(error.message.includes(code), `${what}: ${error.errorCode}: ${error.message} instead of ${code}`);
    }
  }

  const bySecret = await accepted('secret', { clientSecret: tenant.secret });
  report.check(bySecret.token.roles.includes('Policy.Read.All'), 'secret: the token has no roles');
  const before = transport.requests.length;
  const again = await bySecret.client.acquireTokenByClientCredential({ scopes: kGraph });
  report.check(again.fromCache && transport.requests.length === before, 'secret: the second token is not of the cache');
  const organization = await transport.send('https://graph.microsoft.com/v1.0/organization', {
    headers: { authorization: `Bearer ${bySecret.result.accessToken}` },
  });
  report.equal(organization.status, 200, 'secret: Graph with the token');

  const pem = fs.readFileSync(tenant.client_certificate, 'utf8');
  await accepted('certificate, SHA-256', { clientCertificate: certificate(pem, 'thumbprintSha256') });
  report.equal(header(assertion()).alg, 'PS256', 'certificate, SHA-256: the algorithm');
  await accepted('certificate, SHA-1', { clientCertificate: certificate(pem, 'thumbprint') });
  report.equal(header(assertion()).alg, 'RS256', 'certificate, SHA-1: the algorithm');
  await accepted('federated token', { clientAssertion: fs.readFileSync(tenant.federated_token_file, 'utf8') });

  const resources = [
    'https://outlook.office365.com',
    'https://contoso-admin.sharepoint.com',
    'https://api.securitycenter.microsoft.com',
  ];
  for (const resource of resources)
    await accepted(resource, { clientCertificate: certificate(pem, 'thumbprintSha256') }, [`${resource}/.default`]);

  await refused('wrong secret', 'AADSTS7000215', { clientSecret: 'not-the-secret' });
  await refused('expired secret', 'AADSTS7000222', { clientSecret: `expired-${tenant.secret}` });
  await refused('unknown application', 'AADSTS700016', {
    clientId: '11112222-bbbb-3333-cccc-4444dddd5555',
    clientSecret: tenant.secret,
  });
  await refused('unknown tenant', 'AADSTS90002', { clientSecret: tenant.secret }, 'fabrikam.example');

  const foreign = path.join(tenant.folder, 'foreign.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=somebody else'],
      ...['-keyout', `${foreign}.key`, '-out', foreign],
    ],
    { stdio: 'ignore' },
  );
  const theirs = fs.readFileSync(foreign, 'utf8') + fs.readFileSync(`${foreign}.key`, 'utf8');
  await refused('unknown certificate', 'AADSTS700027', { clientCertificate: certificate(theirs, 'thumbprintSha256') });
  report.finish();
});
