// A simulated tenant of its own for each test that wants one, and the collector to read it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';

import { environment, skip } from './report.mjs';

// Starts assay-sim on free ports. `folder` is made anew and holds its state.
export async function simulate(folder, options = []) {
  const program = environment('ASSAY_SIM');
  if (!fs.existsSync(program)) skip('assay-sim is not built');
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { recursive: true });
  const state = path.join(folder, 'state');
  const child = spawn(program, ['--listen', '127.0.0.1:0', '--state', state, '--seed', '1', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill());
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const lines = readline.createInterface({ input: child.stdout });
  const ready = await new Promise((resolve, reject) => {
    lines.once('line', resolve);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`assay-sim ended with ${code}`)));
  });
  const words = ready.split(' ');
  const port = (text) => Number(text.slice(text.lastIndexOf(':') + 1));
  const client = JSON.parse(fs.readFileSync(path.join(state, 'client.json'), 'utf8'));
  return {
    folder,
    state,
    port: port(words[1]),
    dnsPort: port(words[3]),
    client,
    secret: fs.readFileSync(client.client_secret_file, 'utf8'),
    async stop() {
      child.kill();
      await ended;
    },
  };
}

// Reads the tenant with `assay collect`; the exit code.
export async function collect(simulator) {
  const config = path.join(simulator.folder, 'assay.yaml');
  const { client } = simulator;
  fs.writeFileSync(
    config,
    [
      `tenant: ${client.initial_domain}`,
      `client: ${client.client_id}`,
      `certificate: ${client.client_certificate}`,
      `ca_file: ${client.ca}`,
      `connect_to: ${client.connect_to}`,
      `resolvers: ${client.dns}`,
      'cloud_apps: https://contoso.eu2.portal.cloudappsecurity.com',
      'limits: none',
      '',
    ].join('\n'),
  );
  const snapshot = path.join(simulator.folder, 'tenant.assay');
  const log = fs.openSync(path.join(simulator.folder, 'collected.txt'), 'w');
  const child = spawn(environment('ASSAY_PROGRAM'), ['collect', '--config', config, '--snapshot', snapshot], {
    stdio: ['ignore', log, log],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}
