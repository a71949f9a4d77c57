/** The answers of the commands that look back, and of `doctor`. */
import { z } from 'zod';
import { count, failure, hash, name, path, range, rate, sequence, stateValue, time, told, varies } from './members.ts';

const sides = { before: stateValue.optional(), after: stateValue.optional() };

export const diff: z.ZodType = z.strictObject({
  from: sequence,
  to: sequence,
  events: count,
  changes: z.array(z.strictObject({ path: name, ...sides })),
  left: count.optional().describe('changes that --limit left out'),
});

export const why: z.ZodType = z.strictObject({
  path: name,
  changes: z.array(z.strictObject({ sequence, recordedAt: time, type: name, ...sides })),
  lookedAt: range,
  complete: z.boolean(),
});

/** How often it asks, and what it folds again for that, depends on how long asking takes. */
const asking = { folded: varies(count, '<events>'), asked: varies(count, '<times>'), grid: varies(count, '<events>') };

export const bisect: z.ZodType = z.strictObject({
  found: z.boolean(),
  sequence: sequence.optional(),
  recordedAt: time.optional(),
  type: name.optional(),
  isAtStart: z.literal(true).optional(),
  reason: told.optional(),
  ...asking,
  lookedAt: range,
  mayHaveMissed: varies(z.boolean(), '<true or false>'),
});

const rehearsed = z.strictObject({
  name,
  stateHash: hash.optional(),
  brokenInvariants: z.array(name),
  eventsPerSecond: rate,
  failure: z.strictObject({ sequence, type: name, error: failure }).optional(),
});

export const rehearse: z.ZodType = z.strictObject({
  equal: z.boolean(),
  events: count,
  from: sequence,
  sequence,
  now: rehearsed,
  next: rehearsed,
  firstDifference: z
    .strictObject({
      sequence,
      type: name.optional(),
      path: name,
      now: stateValue.optional(),
      next: stateValue.optional(),
    })
    .optional(),
  differences: z.array(
    z.strictObject({ table: name, places: count, first: z.array(z.strictObject({ path: name, ...sides })) }),
  ),
  unknownTypes: z.array(name),
  grid: varies(count, '<events>'),
});

export const doctor: z.ZodType = z.strictObject({
  path,
  model: name.optional(),
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      name,
      status: z.enum(['ok', 'remark', 'problem', 'left out']),
      text: told,
      command: path.optional(),
    }),
  ),
});
