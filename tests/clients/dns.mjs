// `dig` asks the simulated name server for the records that mail relies on.
import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';

import { Report, skip } from '../node/report.mjs';
import { withSimulator } from './with_simulator.mjs';

if (spawnSync('dig', ['-v']).error) skip('there is no dig on this machine (./dev setup installs it)');

// The length of a public key, or why it is none.
function bitsOf(key) {
  try {
    const read = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return read.asymmetricKeyDetails.modulusLength;
  } catch (error) {
    return error.message;
  }
}

await withSimulator('dns', ['--users', '20', '--posture', 'good'], async (tenant) => {
  const report = new Report();

  function dig(name, type, ...options) {
    report.count('questions');
    const asked = [
      '@127.0.0.1',
      '-p',
      `${tenant.dnsPort}`,
      '+tries=2',
      '+time=5',
      '+nostats',
      ...options,
      '-q',
      name,
      '-t',
      type,
    ];
    const { stdout } = spawnSync('dig', asked, { encoding: 'utf8' });
    const records = stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(';'))
      .map((line) => {
        const [owner, ttl, , kind, ...data] = line.split(/\s+/);
        const strings = [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((one) => one[1]);
        return { owner, ttl: Number(ttl), kind, data: data.join(' '), strings };
      });
    return {
      status: /status: (\w+)/.exec(stdout)?.[1] ?? 'no answer',
      flags: (/;; flags: ([^;]*);/.exec(stdout)?.[1] ?? '').split(' '),
      overTcp: /retrying in TCP mode/.test(stdout),
      records,
    };
  }
  const texts = (name) =>
    dig(name, 'TXT')
      .records.filter((one) => one.kind === 'TXT')
      .map((one) => one.strings.join(''));

  for (const domain of ['contoso.com', 'contoso.co.uk']) {
    const dashed = domain.replaceAll('.', '-');
    const spf = texts(domain).filter((one) => one.startsWith('v=spf1'));
    report.equal(spf.length, 1, `SPF records of ${domain}`);
    report.check(
      /^v=spf1 .*include:spf\.protection\.outlook\.com .*[-~]all$/.test(spf[0] ?? ''),
      `SPF of ${domain}: ${spf[0]}`,
    );
    const mx = dig(domain, 'MX').records.map((one) => one.data);
    report.equal(mx, [`0 ${dashed}.mail.protection.outlook.com.`], `MX of ${domain}`);
    report.equal(dig(`${dashed}.mail.protection.outlook.com`, 'A').records.length, 1, `address of the MX of ${domain}`);
    report.check(/^v=DMARC1; p=reject;/.test(texts(`_dmarc.${domain}`)[0] ?? ''), `DMARC of ${domain}`);
    report.check(/^v=STSv1; id=\w+;$/.test(texts(`_mta-sts.${domain}`)[0] ?? ''), `MTA-STS of ${domain}`);
    report.check(/^v=TLSRPTv1; rua=mailto:/.test(texts(`_smtp._tls.${domain}`)[0] ?? ''), `TLS-RPT of ${domain}`);
    for (const selector of ['selector1', 'selector2']) {
      const { records } = dig(`${selector}._domainkey.${domain}`, 'TXT');
      report.equal(
        records.map((one) => one.kind),
        ['CNAME', 'TXT'],
        `DKIM of ${domain}`,
      );
      report.equal(
        records[0]?.data,
        `${selector}-${dashed}._domainkey.contoso.onmicrosoft.com.`,
        `DKIM alias of ${domain}`,
      );
      const key = /^v=DKIM1; k=rsa; p=([A-Za-z0-9+/=]+);$/.exec(records[1]?.strings.join('') ?? '')?.[1] ?? '';
      report.equal(bitsOf(key), 2048, `DKIM key of ${domain}`);
    }
  }
  report.equal(texts('contoso-events.com'), ['v=spf1 -all'], 'SPF of a parked domain');
  report.equal(
    dig('contoso-events.com', 'MX').records.map((one) => one.data),
    ['0 .'],
    'MX of a parked domain',
  );

  const missing = dig('nothing.contoso.com', 'TXT');
  report.equal([missing.status, missing.records.length], ['NXDOMAIN', 0], 'a name that is not there');
  const empty = dig('contoso.com', 'AAAA');
  report.equal([empty.status, empty.records.length], ['NOERROR', 0], 'a type that is not there');

  // Longer than the 512 bytes of plain DNS: cut off over UDP, whole over TCP.
  const key = 'selector1._domainkey.contoso.com';
  const cut = dig(key, 'TXT', '+noedns', '+ignore');
  report.check(cut.flags.includes('tc'), 'a long answer is not marked as cut off');
  const retried = dig(key, 'TXT', '+noedns');
  report.check(retried.overTcp, 'a long answer is not asked for again over TCP');
  const overUdp = dig(key, 'TXT', '+bufsize=1232').records;
  for (const [how, records] of [
    ['after the cut', retried.records],
    ['over TCP', dig(key, 'TXT', '+tcp').records],
  ])
    report.equal(records, overUdp, `a long answer ${how}`);
  report.check(
    overUdp[1]?.strings.length === 2 && overUdp[1].strings[0].length === 255,
    'a long text is not in strings',
  );
  report.finish();
});
