/** The answers of the commands that read a log, and an event. */
import { z } from 'zod';
import {
  bytes,
  count,
  elapsed,
  failure,
  hash,
  name,
  path,
  range,
  rate,
  seconds,
  sequence,
  size,
  stateValue,
  time,
  told,
  varies,
} from './members.ts';

const holder = { name, sequence, lag: count };

export const info: z.ZodType = z.strictObject({
  path,
  format: count.optional(),
  model: name.optional(),
  events: count,
  firstSequence: sequence,
  lastSequence: sequence,
  untaggedEvents: count,
  firstRecordedAt: time.optional(),
  lastRecordedAt: time.optional(),
  openBlocks: count,
  openBytes: bytes,
  sealedBlocks: count,
  sealedBytes: size,
  snapshots: z.array(
    z.strictObject({
      ...{ sequence, recordedAt: time, bytes, stateHash: hash },
      isUsable: z.boolean().optional().describe('with --model'),
      reason: told.optional(),
    }),
  ),
  types: z.record(z.string(), count).optional().describe('with --types'),
  projections: z.array(z.strictObject(holder)),
  reactors: z.array(z.strictObject({ ...holder, parked: count })),
  redactions: z.array(
    z.strictObject({
      recordedAt: time,
      by: name.optional(),
      events: count,
      firstSequence: sequence,
      lastSequence: sequence,
      selector: name,
      scrubbed: z.boolean(),
    }),
  ),
  historyHeldBy: z.array(name),
  fileBytes: size,
  walBytes: size,
  freeBytes: size,
  files: z.array(z.strictObject({ path, bytes: size })),
  totalBytes: size,
  writer: z
    .strictObject({
      pid: varies(z.int(), '<pid>'),
      host: varies(z.string(), '<host>'),
      startedAt: varies(z.int().describe('milliseconds since the epoch'), '<time>'),
    })
    .optional(),
  recovery: z.strictObject({ events: count, milliseconds: elapsed, eventsPerSecond: rate }),
  chain: z.string(),
  epoch: count,
});

/** A line of `events` and of `export`. */
export const event: z.ZodType = z.strictObject({
  sequence,
  recordedAt: time,
  type: name,
  version: count,
  data: stateValue,
  meta: z.record(z.string(), z.unknown()).optional(),
  commandId: name.optional(),
});

/** What `state` and `at` print of a moment: all of it, a part, some rows of a table, or its keys. */
function ofMoment(moment: z.ZodRawShape): z.ZodType {
  const rows = z.strictObject({ from: sequence, to: count, of: count });
  return z.union([
    z.strictObject({ ...moment, stateHash: hash, state: stateValue }),
    z.strictObject({ ...moment, path: name, value: stateValue }),
    z.strictObject({ ...moment, rows, state: stateValue }).describe('with --rows'),
    z.strictObject({ ...moment, path: name, rows, value: stateValue }).describe('with --rows'),
    z
      .strictObject({
        ...{ ...moment, path: name.optional(), count, rows: range.optional() },
        keys: z.array(stateValue),
      })
      .describe('with --keys'),
  ]);
}

export const state: z.ZodType = ofMoment({ model: name, sequence });
export const at: z.ZodType = ofMoment({ model: name, sequence, recordedAt: time.optional() });

export const replay: z.ZodType = z.strictObject({
  model: name,
  events: count,
  from: sequence,
  sequence,
  seconds,
  eventsPerSecond: rate,
  stateHash: hash,
  invariants: z.array(name).optional().describe('with --verify, as what follows'),
  brokenInvariants: z
    .array(
      z.strictObject({
        name,
        sequence,
        recordedAt: time.optional(),
        type: name.optional(),
        isAtStart: z.literal(true).optional(),
        reason: told.optional(),
      }),
    )
    .optional(),
  asked: varies(count, '<times>').optional(),
  lookedAt: range.optional(),
  grid: varies(count, '<events>').optional(),
  mayHaveMissed: varies(z.boolean(), '<true or false>').optional(),
});

export const completion: z.ZodType = z.strictObject({
  shell: z.enum(['bash', 'zsh', 'fish', 'powershell']),
  script: varies(z.string(), '<script>'),
});

export const verify: z.ZodType = z.strictObject({
  path,
  model: name.optional(),
  ok: z.boolean(),
  events: count,
  firstSequence: sequence,
  lastSequence: sequence,
  openBlocks: count.optional(),
  sealedBlocks: count.optional(),
  snapshots: z
    .array(z.strictObject({ sequence, verdict: z.enum(['equal', 'different', 'damaged', 'stale']) }))
    .optional(),
  stateHash: hash.optional(),
  brokenInvariants: z.array(name).optional(),
  problems: z.array(failure),
});

const snapshotFit = z.strictObject({
  sequence,
  fit: z.enum(['fits', 'believed', 'stale', 'unusable']),
  reason: told.optional(),
});

export const check: z.ZodType = z.strictObject({
  path,
  model: name,
  opens: z.boolean(),
  problem: failure.optional(),
  reason: told.optional(),
  renames: name.optional(),
  format: count.optional(),
  lastSequence: sequence,
  snapshots: z.array(snapshotFit),
  snapshot: sequence.optional(),
  events: count,
  estimatedMilliseconds: elapsed,
  milliseconds: elapsed,
  projections: z.array(
    z.strictObject({ name, snapshots: z.array(snapshotFit), events: count, problem: failure.optional() }),
  ),
  otherProjections: z.array(name),
  unfit: z.array(failure),
});

export const studio: z.ZodType = z.strictObject({
  path,
  model: name.optional(),
  events: count,
  firstSequence: sequence,
  lastSequence: sequence,
  firstRecordedAt: time.optional(),
  lastRecordedAt: time.optional(),
  url: z.string().describe('the address of the page, with the key'),
});
