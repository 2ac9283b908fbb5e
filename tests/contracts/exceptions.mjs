// The disagreements that are known and stay: exceptions.yaml says why of each. One that no longer occurs is a fault
// itself, so the list does not outlive its reasons.
import fs from 'node:fs';
import { createRequire } from 'node:module';

import { needPackages } from '../node/report.mjs';

const pattern = (text) =>
  new RegExp(
    `^${text
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  );

export class Exceptions {
  constructor(group) {
    needPackages();
    const { parse } = createRequire(import.meta.url)('yaml');
    const all = parse(fs.readFileSync(new URL('exceptions.yaml', import.meta.url), 'utf8'));
    this.entries = (all[group] ?? []).flatMap(({ faults, why }) =>
      faults.map((text) => ({ text, why, test: pattern(text), times: 0 })),
    );
  }

  // Whether the fault is a known one.
  covers(text) {
    const found = this.entries.find((entry) => entry.test.test(text));
    if (found) found.times += 1;
    return found !== undefined;
  }

  finish(report) {
    report.count('known disagreements', this.entries.filter((entry) => entry.times > 0).length);
    for (const { text, times } of this.entries)
      if (times === 0) report.fault(`exceptions.yaml: "${text}" does not occur any more`);
  }
}
