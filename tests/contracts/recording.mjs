// What the simulated tenant wrote down, as a list of exchanges; batches are opened up into their parts.
import fs from 'node:fs';
import path from 'node:path';

import { environment, skip } from '../node/report.mjs';

export const recordings = ['whole', 'refused'];

export function recordingFile(name) {
  return path.join(environment('ASSAY_TEST_FOLDER'), 'contracts', `${name}.jsonl`);
}

const json = (text) => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export function parseQuery(text) {
  const decode = (part) => decodeURIComponent(part.replace(/\+/g, ' '));
  const pairs = text === '' ? [] : text.split('&').map((pair) => pair.split(/=(.*)/s));
  return pairs.map(([name, value = '']) => [decode(name), decode(value)]);
}

function exchange(line) {
  const type = line.response_headers['Content-Type'] ?? line.response_headers['content-type'] ?? '';
  return {
    ...line,
    options: parseQuery(line.query),
    segments: line.path.split('/').slice(1).map(decodeURIComponent),
    content: type.split(';')[0],
    json: type.includes('json') ? json(line.response) : undefined,
    bodyJson: (line.headers['content-type'] ?? '').includes('json') ? json(line.body) : undefined,
    inBatch: false,
  };
}

// The parts of a batch, each as if it had been sent by itself.
function parts(outer) {
  const answers = new Map((outer.json?.responses ?? []).map((one) => [one.id, one]));
  return (outer.bodyJson?.requests ?? []).map((inner) => {
    const answer = answers.get(inner.id) ?? { status: 0 };
    const [pathname, query = ''] = inner.url.split(/\?(.*)/s);
    const headers = Object.fromEntries(Object.entries(inner.headers ?? {}).map(([k, v]) => [k.toLowerCase(), v]));
    const content = Object.entries(answer.headers ?? {}).find(([name]) => name.toLowerCase() === 'content-type');
    return {
      method: inner.method,
      host: outer.host,
      path: `/${outer.segments[0]}${pathname}`,
      query,
      headers,
      status: answer.status,
      options: parseQuery(query),
      segments: [outer.segments[0], ...pathname.split('/').slice(1).map(decodeURIComponent)],
      content: (content?.[1] ?? '').split(';')[0],
      json: answer.body,
      bodyJson: inner.body,
      inBatch: true,
    };
  });
}

export const isBatch = (one) => one.host === 'graph.microsoft.com' && one.segments[1] === '$batch';

export function read(name) {
  const file = recordingFile(name);
  if (!fs.existsSync(file)) skip('there is no recording (test Contract.Recording says why)');
  const out = [];
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const one = exchange(JSON.parse(line));
    out.push(one);
    if (isBatch(one)) out.push(...parts(one));
  }
  return out;
}

export const isGraph = (one) => one.host === 'graph.microsoft.com';
export const described = (one) => `${one.method} ${one.path}${one.query ? `?${one.query}` : ''}`;
