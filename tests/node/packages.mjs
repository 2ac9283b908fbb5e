// Installs what package-lock.json names into the build folder, once for each lock file.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { environment, skip } from './report.mjs';

const source = path.dirname(fileURLToPath(import.meta.url));
const target = path.join(environment('ASSAY_TEST_FOLDER'), 'node');
const stamp = path.join(target, 'installed');
const files = ['package.json', 'package-lock.json', '.npmrc'];

const digest = createHash('sha256');
for (const file of files) digest.update(fs.readFileSync(path.join(source, file)));
digest.update(process.version);
const wanted = digest.digest('hex');
if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === wanted) {
  console.log('packages: all there');
  process.exit(0);
}

fs.mkdirSync(target, { recursive: true });
fs.rmSync(stamp, { force: true });
for (const file of files) fs.copyFileSync(path.join(source, file), path.join(target, file));
const npm = spawnSync('npm', ['ci', '--no-progress', '--fetch-retries=1', '--fetch-timeout=60000'], {
  cwd: target,
  encoding: 'utf8',
});
if (npm.error?.code === 'ENOENT') skip('there is no npm on this machine (./dev setup installs it)');
if (npm.status !== 0) {
  const out = npm.stdout + npm.stderr;
  const unreachable =
    /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOTCACHED|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT_LOCALLY|UNABLE_TO_VERIFY_LEAF_SIGNATURE)\b/;
  if (unreachable.test(out)) skip('the package registry cannot be reached');
  console.log(out);
  process.exit(1);
}
fs.writeFileSync(stamp, wanted);
console.log('packages: installed');
