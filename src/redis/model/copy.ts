/** Deep copies of values. */
import { Deque, OrderedMap } from '../../index.ts';
import type { Dense, ReadonlyDense } from './dense.ts';
import type { Consumer, Group, Stream, Value } from './values.ts';

/** A value that shares nothing with the given one. */
export function copyOf(value: Value): Value {
  if (typeof value === 'string') return value;
  const { kind } = value;
  switch (kind) {
    case 'bytes':
      return { kind, data: value.data.slice(0, value.length), length: value.length };
    case 'list':
      return { kind, items: new Deque(value.items.values()), size: value.size };
    case 'hash':
      return { kind, fields: copyOfDense(value.fields), size: value.size };
    case 'set':
      return { kind, members: copyOfDense(value.members), size: value.size };
    case 'zset':
      return {
        kind,
        scores: copyOfDense(value.scores),
        order: new OrderedMap(value.order.compare, value.order),
        size: value.size,
      };
    case 'stream':
      return copyOfStream(value);
  }
}

function copyOfDense<V extends number | string | true>({ slots, keys, values }: ReadonlyDense<V>): Dense<V> {
  return { slots: new Map(slots), keys: [...keys], values: [...values] };
}

function copyOfStream(stream: Stream): Stream {
  const { entries, groups } = stream;
  const copies = [...entries].map(([id, fields]) => [id, [...fields]] as const);
  return {
    ...stream,
    entries: new OrderedMap(entries.compare, copies),
    groups: new Map([...groups].map(([name, group]) => [name, copyOfGroup(group)])),
  };
}

function copyOfGroup(group: Group): Group {
  const { consumers, pending } = group;
  return {
    ...group,
    consumers: new Map([...consumers].map(([name, consumer]) => [name, copyOfConsumer(consumer)])),
    pending: new OrderedMap(
      pending.compare,
      [...pending].map(([id, entry]) => [id, { ...entry }] as const),
    ),
  };
}

function copyOfConsumer({ seenAt, pending }: Consumer): Consumer {
  return { seenAt, pending: new OrderedMap(pending.compare, pending) };
}
