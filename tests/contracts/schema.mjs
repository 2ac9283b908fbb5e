// Whether JSON is what a type of Graph says. Not a plain JSON Schema check, because Graph's answers are OData:
//
// - A property that the type does not declare is a fault, although the descriptions say `additionalProperties`
//   everywhere: their generator writes that for forward compatibility, and a simulator must not invent properties.
//   Annotations (`@odata.…`, `x@odata.…`) and types that are open in the metadata (`x-open-type`) are excepted; so is
//   what the beta description, which is older, lacks and v1.0 declares.
// - `@odata.type` decides which derived type an object is held against. An abstract type cannot stand by itself.
// - Where a property refers to another type, null passes: a `$ref` of OpenAPI 3.0 has no place for `nullable`.
// - A navigation property is there only when it was expanded.
import { nameOf } from './contract.mjs';

const kFormats = {
  'date-time':
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/,
  time: /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,12})?$/,
  duration: /^-?P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?$/,
  uuid: /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/,
  // Edm.Binary travels as base64, with either alphabet.
  base64url: /^[A-Za-z0-9+/_-]*={0,2}$/,
  binary: /^[A-Za-z0-9+/_-]*={0,2}$/,
};
const kIntegers = { int16: [-32768, 32767], uint8: [0, 255], int8: [-128, 127], int32: [-2147483648, 2147483647] };

const kindOf = (value) =>
  value === null ? 'null' : Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;

// `rules,policy($expand=rules)` as a tree of names.
export function expansionTree(text) {
  const tree = {};
  let depth = 0;
  let start = 0;
  const parts = [];
  for (let i = 0; i <= text.length; ++i) {
    if (text[i] === '(') ++depth;
    if (text[i] === ')') --depth;
    if (i === text.length || (text[i] === ',' && depth === 0)) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  for (const part of parts.filter((one) => one !== '')) {
    const [, name, inside] = /^([^(]+)(?:\((.*)\))?$/s.exec(part) ?? [, part];
    const nested = /(?:^|;)\$expand=((?:[^;(]|\(.*\))*)/s.exec(inside ?? '');
    tree[name.trim()] = nested ? expansionTree(nested[1]) : {};
  }
  return tree;
}

export class Checker {
  // `fault` is called with a text that is the same wherever the same thing is wrong.
  constructor(descriptions, version, fault) {
    this.own = descriptions[version];
    this.behind = version === 'beta' ? descriptions['v1.0'] : undefined;
    this.version = version;
    this.fault = fault;
    this.values = 0;
  }

  schemaOf(name) {
    return this.own.schemas[name] ?? this.behind?.schemas[name];
  }

  typeOf(name) {
    return this.own.type(name) ?? this.behind?.type(name);
  }

  // The property in the type or, for beta, in v1.0's type of the same name.
  property(type, name) {
    if (Object.hasOwn(type.properties, name)) return type.properties[name];
    const newer = this.behind?.type(type.name);
    return newer && Object.hasOwn(newer.properties, name) ? newer.properties[name] : undefined;
  }

  // The same for a name in any letter case, and `@odata.type`.
  propertyLike(type, name) {
    if (name.startsWith('@odata.')) return { type: 'string' };
    const all = { ...this.behind?.type(type.name)?.properties, ...type.properties };
    const found = Object.keys(all).find((key) => key.toLowerCase() === name.toLowerCase());
    return found === undefined ? undefined : all[found];
  }

  isOpen(type) {
    return type.open || this.behind?.type(type.name)?.open === true;
  }

  // Whether `name` is of the type `base` or derives from it, in either description.
  isA(name, base) {
    if (name === base) return true;
    const here = this.own.type(name);
    const there = this.behind?.type(name);
    return Boolean(here?.bases.includes(base) || there?.bases.includes(base));
  }

  check(value, schema, place, expanded = {}) {
    this.values += 1;
    const name = nameOf(schema);
    if (name) return this.checkNamed(value, name, place, expanded);
    if (value === null) {
      if (schema.nullable !== true) this.fault(`${place} is null`);
      return;
    }
    if (schema.properties) {
      const type = { name: '', properties: schema.properties, required: schema.required ?? [] };
      return this.checkMembers(value, type, place, expanded);
    }
    const kind = kindOf(value);
    switch (schema.type) {
      case undefined:
        return;
      case 'array':
        if (kind !== 'array') return this.fault(`${place} is ${kind}, not array`);
        for (const one of value) this.check(one, schema.items ?? {}, `${place}[]`, expanded);
        return;
      case 'object':
        if (kind !== 'object') this.fault(`${place} is ${kind}, not object`);
        return;
      case 'integer':
        if (kind !== 'integer') return this.fault(`${place} is ${kind}, not integer`);
        return this.checkRange(value, schema, place);
      case 'number':
        if (kind !== 'integer' && kind !== 'number') this.fault(`${place} is ${kind}, not number`);
        return;
      case 'boolean':
        if (kind !== 'boolean') this.fault(`${place} is ${kind}, not boolean`);
        return;
      case 'string':
        if (kind !== 'string') return this.fault(`${place} is ${kind}, not string`);
        return this.checkText(value, schema, place);
      default:
        this.fault(`${place} has the type ${schema.type}, which is not known`);
    }
  }

  checkRange(value, schema, place) {
    const [least, most] = kIntegers[schema.format] ?? [schema.minimum, schema.maximum];
    if (value < least || value > most) this.fault(`${place} is out of its range (${schema.format})`);
  }

  checkText(value, schema, place) {
    if (schema.enum) {
      const flags = schema['x-ms-enum-flags']?.isFlags === true;
      for (const one of flags ? value.split(',') : [value])
        if (!schema.enum.includes(one)) this.fault(`${place} is "${one}", which is no ${schema.title ?? 'member'}`);
      return;
    }
    const format = kFormats[schema.format];
    if (format && !format.test(value)) this.fault(`${place} is no ${schema.format}: "${value}"`);
    else if (!format && schema.pattern && !new RegExp(schema.pattern).test(value))
      this.fault(`${place} does not match its pattern: "${value}"`);
  }

  checkNamed(value, name, place, expanded) {
    if (value === null) return;
    const schema = this.schemaOf(name);
    if (!schema) return this.fault(`${place}: there is no type ${name}`);
    if (schema.enum) {
      // Members that came later are in v1.0's enumeration.
      const members = [...schema.enum, ...(this.behind?.schemas[name]?.enum ?? [])];
      return this.check(value, { ...schema, enum: members, nullable: true }, place);
    }
    if (!schema.properties && !schema.allOf) return this.check(value, schema, place, expanded);
    if (kindOf(value) !== 'object') return this.fault(`${place} is ${kindOf(value)}, not object`);
    let type = this.typeOf(name);
    const said = value['@odata.type'];
    if (said !== undefined) {
      const short = String(said).replace(/^#/, '');
      const known = this.typeOf(short);
      if (!known) {
        this.fault(`${place}: there is no type ${short}`);
      } else if (!this.isA(short, name)) {
        this.fault(`${place}: ${short} is no ${name}`);
      } else if (short === name) {
        this.fault(`${place}: @odata.type says ${name}, which is declared anyway`);
      } else {
        type = known;
      }
    }
    if (type.abstract && said === undefined) this.fault(`${place}: ${name} is abstract, and there is no @odata.type`);
    this.checkMembers(value, type, type.name, expanded);
  }

  checkMembers(value, type, place, expanded) {
    if (kindOf(value) !== 'object') return this.fault(`${place} is ${kindOf(value)}, not object`);
    for (const key of type.required) if (!Object.hasOwn(value, key)) this.fault(`${place}.${key} is missing`);
    for (const [key, member] of Object.entries(value)) {
      const inner = `${place}.${key}`;
      if (key.includes('@')) {
        this.checkAnnotation(key, member, inner);
        continue;
      }
      const schema = type.name ? this.property(type, key) : type.properties[key];
      if (!schema) {
        if (!(type.name && this.isOpen(type))) this.fault(`${inner} is not declared`);
        continue;
      }
      if (schema['x-ms-navigationProperty'] && !Object.hasOwn(expanded, key)) this.fault(`${inner} was not expanded`);
      const isList = key === 'value' && !/^microsoft\.graph\.(?!.*CollectionResponse$)/.test(type.name);
      this.check(member, schema, inner, isList ? expanded : (expanded[key] ?? {}));
    }
  }

  checkAnnotation(key, value, place) {
    const kinds = {
      '@odata.count': 'integer',
      '@odata.nextLink': 'string',
      '@odata.deltaLink': 'string',
      '@odata.context': 'string',
      '@odata.type': 'string',
      '@odata.etag': 'string',
      '@odata.id': 'string',
    };
    const name = key.slice(key.indexOf('@'));
    const wanted = kinds[name];
    if (wanted && kindOf(value) !== wanted) this.fault(`${place} is ${kindOf(value)}, not ${wanted}`);
    if (wanted === undefined && !/^@(odata|microsoft\.graph)\./.test(name))
      this.fault(`${place} is no annotation of OData`);
  }
}
