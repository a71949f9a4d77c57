/** The answers of `export`, `import`, `copy`, `logs` and `schema`. */
import { z } from 'zod';
import { bytes, count, name, path, seconds, sequence, time, varies } from './members.ts';

const keys = z.strictObject({
  ...{ string: count, list: count, hash: count, set: count, zset: count, stream: count },
  all: count,
  expiring: count,
});

export const exported: z.ZodType = z.union([
  z.strictObject({ path, destination: path, events: count }).describe('with --out or --sqlite'),
  z.strictObject({ path, destination: path, sequence, keys, commands: count, bytes, seconds }).describe('with --aof'),
]);

const clamped = z.strictObject({ index: count, sequence, given: time, recordedAt: time });

export const imported: z.ZodType = z.union([
  z
    .strictObject({
      path,
      model: name.optional(),
      events: count,
      lastSequence: sequence,
      clamped: count,
      worstMilliseconds: count,
      firstClamped: clamped.optional(),
      seconds,
    })
    .describe('of events'),
  z
    .strictObject({
      path,
      source: path,
      lastSequence: sequence,
      keys,
      commands: count,
      expired: count,
      skipped: z.strictObject({ functions: count, moduleKeys: count, moduleData: count, commands: count }),
      tornAt: count.optional(),
      seconds,
    })
    .describe('with --aof or --rdb'),
]);

export const copied: z.ZodType = z.union([
  z
    .strictObject({
      from: path,
      to: path,
      firstSequence: sequence,
      lastSequence: sequence,
      recordedAt: time,
      chain: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('hash over all blocks, hex: the same in both logs'),
      epoch: count,
      snapshots: count,
      outcomes: count,
      wentOnFrom: sequence.optional(),
    })
    .describe('the copy is complete'),
  z.strictObject({ from: path, to: path, stopped: z.boolean() }).describe('after Ctrl-C'),
]);

const holder = z.strictObject({
  pid: varies(count, '<pid>'),
  host: varies(name, '<host>'),
  startedAt: varies(time, '<time>'),
});

export const logs: z.ZodType = z.strictObject({
  url: name,
  schema: name,
  logs: z.array(
    z.strictObject({
      name,
      model: name.optional(),
      lastSequence: sequence,
      epoch: count,
      holder: holder.optional(),
      bytes,
      isUnfinished: z.boolean(),
    }),
  ),
});

export const schema: z.ZodType = z.strictObject({
  schema: name,
  sql: varies(z.string().describe('statements for psql, in one transaction'), '<sql>'),
});
