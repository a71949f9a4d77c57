/** The answers of `export` and `import`. */
import { z } from 'zod';
import { bytes, count, name, path, seconds, sequence, time } from './members.ts';

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
