// The operation of Graph that an exchange is.
import { descriptions } from './contract.mjs';
import { Checker } from './schema.mjs';

export class Graph {
  constructor(fault) {
    this.descriptions = descriptions();
    this.checkers = Object.fromEntries(
      ['v1.0', 'beta'].map((version) => [version, new Checker(this.descriptions, version, fault)]),
    );
  }

  // The version's own operation; for beta, whose description has only what differs, else that of v1.0.
  operation(one) {
    const [version, ...segments] = one.segments;
    const found = this.descriptions[version]?.operation(one.method, segments);
    return found ?? (version === 'beta' ? this.descriptions['v1.0'].operation(one.method, segments) : undefined);
  }

  checker(one) {
    return this.checkers[one.segments[0]];
  }
}

// The path without what differs from object to object, for texts that are the same for all of them.
export function general(one, operation) {
  if (operation) return `${one.method} /${one.segments[0]}${operation.path}`;
  const isId = (segment) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(segment);
  return `${one.method} /${one.segments.map((segment) => (isId(segment) ? '{id}' : segment)).join('/')}`;
}
