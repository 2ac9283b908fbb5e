// Runs a test beside a simulated tenant, in a process of its own that trusts the tenant's authority from its start.
import { spawn } from 'node:child_process';
import path from 'node:path';

import { environment, needPackages } from '../node/report.mjs';
import { simulate } from '../node/simulator.mjs';

// `test` gets the tenant as client.json and assay-sim's ready line describe it.
export async function withSimulator(name, options, test) {
  if (process.env.ASSAY_TENANT) {
    await test(JSON.parse(process.env.ASSAY_TENANT));
    return;
  }
  needPackages();
  const simulator = await simulate(path.join(environment('ASSAY_TEST_FOLDER'), 'clients', name), options);
  const { client, secret, port, dnsPort, folder } = simulator;
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: client.ca,
      ASSAY_TENANT: JSON.stringify({ ...client, secret, port, dnsPort, folder }),
    },
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  await simulator.stop();
  process.exit(code ?? 1);
}
