/** Finding values of one kind, with Redis's error for any other. */
import type { Collection } from '../model/key-space.ts';
import { type Bytes, kindOf, type Value } from '../model/values.ts';
import type { Call } from './call.ts';
import { wrongType } from './errors.ts';

/** The collection of the kind under the key; undefined without one. @throws CommandError WRONGTYPE */
export function readCollection<C extends Collection>(call: Call, key: string, kind: C['kind']): C | undefined {
  return requireKind(call.read(key), kind);
}

/** As `readCollection`, without counting a hit or a miss: for writes. */
export function peekCollection<C extends Collection>(call: Call, key: string, kind: C['kind']): C | undefined {
  return requireKind(call.peek(key), kind);
}

function requireKind<C extends Collection>(value: Value | undefined, kind: C['kind']): C | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || value.kind !== kind) throw wrongType();
  return value as C;
}

/** The value, if it is a string in either form. @throws CommandError WRONGTYPE */
export function requireString(value: Value | undefined): string | Bytes | undefined {
  if (value === undefined || typeof value === 'string' || value.kind === 'bytes') return value;
  if (kindOf(value) !== 'string') throw wrongType();
  return undefined;
}

/** The text of a string in either form. */
export function textOf(value: string | Bytes): string {
  return typeof value === 'string'
    ? value
    : Buffer.from(value.data.buffer, value.data.byteOffset, value.length).toString('latin1');
}
