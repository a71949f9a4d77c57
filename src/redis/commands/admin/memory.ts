/** MEMORY: what keys take, by the estimates that maxmemory uses. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import { expiryOf, keyCountOf, sizeOfEntry } from '../../model/key-space.ts';

/** MEMORY USAGE key [SAMPLES count]: null without the key. Nothing is sampled: sizes are kept as values change. */
export function memoryUsage(call: Call): void {
  const { args, database, reply } = call;
  for (let at = 3; at < args.length; at += 2) {
    if (!isOption(args[at], 'SAMPLES') || at + 1 >= args.length) throw syntaxError();
    if (integerArgument(args[at + 1]!) < 0) throw syntaxError();
  }
  const key = args[2]!;
  const value = call.look(key);
  if (value === undefined) reply.null();
  else reply.integer(sizeOfEntry(key, value, expiryOf(database, key) !== undefined));
}

export function memoryStats({ parts, reply, space }: Call): void {
  const { memory } = parts;
  const keys = keyCountOf(space);
  const used = memory.used();
  const figures: readonly (readonly [string, number])[] = [
    ['peak.allocated', memory.peak()],
    ['total.allocated', used],
    ['startup.allocated', Math.max(used - memory.stateBytes - memory.bufferBytes, 0)],
    ['clients.normal', memory.bufferBytes],
    ['keys.count', keys],
    ['keys.bytes-per-key', keys === 0 ? 0 : Math.floor(memory.stateBytes / keys)],
    ['dataset.bytes', memory.stateBytes],
  ];
  reply.map(figures.length);
  for (const [name, figure] of figures) {
    reply.bulk(name);
    reply.integer(Math.round(figure));
  }
}

export function memoryDoctor({ reply }: Call): void {
  reply.verbatim('Memory is managed by V8: there is nothing to report here.');
}

export function memoryMallocStats({ reply }: Call): void {
  reply.bulk('Stats not supported for the current allocator');
}

/** V8 collects garbage by itself. */
export function memoryPurge({ reply }: Call): void {
  reply.ok();
}
