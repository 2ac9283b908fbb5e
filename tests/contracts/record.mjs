// Has the collector read two simulated tenants and keeps what was said: one whole, and one that refuses a good part,
// because licences and permissions are missing.
import fs from 'node:fs';
import path from 'node:path';

import { contractsFolder, environment } from '../node/report.mjs';
import { collect, simulate } from '../node/simulator.mjs';
import { recordingFile } from './recording.mjs';

const kTenants = {
  whole: ['--users', '300'],
  refused: [
    ...['--users', '60', '--page-size', '25', '--empty-pages', '4'],
    ...['--without-plan', 'AAD_PREMIUM_P2', '--without-plan', 'INTUNE_A', '--without-plan', 'ATP_ENTERPRISE'],
    ...['--without-permission', 'Policy.Read.All', '--without-permission', 'Reports.Read.All'],
  ],
};

contractsFolder();
for (const [name, options] of Object.entries(kTenants)) {
  const folder = path.join(environment('ASSAY_TEST_FOLDER'), 'contracts', name);
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const file = recordingFile(name);
  fs.rmSync(file, { force: true });
  const unfinished = `${file}.part`;
  const simulator = await simulate(folder, [...options, '--record', unfinished]);
  const code = await collect(simulator);
  await simulator.stop();
  if (code !== 0) {
    console.log(fs.readFileSync(path.join(folder, 'collected.txt'), 'utf8'));
    throw new Error(`assay collect ended with ${code}`);
  }
  fs.renameSync(unfinished, file);
  const lines = fs.readFileSync(file, 'utf8').split('\n').length - 1;
  console.log(`${name}: ${lines} requests`);
}
process.exit(0);
