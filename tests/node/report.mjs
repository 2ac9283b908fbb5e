// How the tests in Node say what they found.
import fs from 'node:fs';
import path from 'node:path';

// Ends the test as skipped.
export function skip(reason) {
  console.log(`skipped: ${reason}`);
  process.exit(77);
}

export function environment(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; CTest sets it`);
  return value;
}

export function needPackages() {
  const stamp = path.join(environment('ASSAY_TEST_FOLDER'), 'node', 'installed');
  if (!fs.existsSync(stamp)) skip('the packages are not installed (test Node.Packages says why)');
}

// Microsoft's descriptions of its services, beside the project where there are any.
export function contractsFolder() {
  const folder = environment('ASSAY_CONTRACTS');
  if (!fs.existsSync(path.join(folder, 'msgraph-v1.0.yaml'))) skip(`there is no ${folder}`);
  return folder;
}

// Collects every disagreement, and counts what agreed.
export class Report {
  #faults = new Map();
  #checked = new Map();

  count(what, amount = 1) {
    this.#checked.set(what, (this.#checked.get(what) ?? 0) + amount);
  }

  // The same fault is told once, with how often it was seen and where first.
  fault(text, where = '') {
    const known = this.#faults.get(text);
    if (known) known.times += 1;
    else this.#faults.set(text, { times: 1, where });
  }

  check(holds, text, where) {
    if (!holds) this.fault(text, where);
    return holds;
  }

  equal(found, expected, what) {
    this.count('comparisons');
    const same = JSON.stringify(found) === JSON.stringify(expected);
    if (!same) this.fault(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(expected)}`);
    return same;
  }

  // Prints everything and ends the test.
  finish() {
    for (const [text, { times, where }] of [...this.#faults].sort(([a], [b]) => (a < b ? -1 : 1)))
      console.log(`fault: ${text}${times > 1 ? ` (${times} times)` : ''}${where ? `\n  first in ${where}` : ''}`);
    const counts = [...this.#checked].map(([what, amount]) => `${what}: ${amount}`);
    console.log([...counts, `faults: ${this.#faults.size}`].join(', '));
    process.exit(this.#faults.size === 0 ? 0 : 1);
  }
}
