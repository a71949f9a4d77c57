/** The answers of the commands that keep a log in order. */
import { z } from 'zod';
import { bytes, count, elapsed, failure, hash, name, path, sequence, size, time, told, varies } from './members.ts';

export const snapshot: z.ZodType = z.strictObject({
  model: name,
  sequence,
  stateHash: hash,
  bytes,
  milliseconds: elapsed,
  recovery: z.strictObject({
    snapshot: sequence.optional(),
    eventsReplayed: count,
    milliseconds: elapsed,
    loadMilliseconds: elapsed,
    foldMilliseconds: elapsed,
    recoverWithin: z.number(),
    withinPromise: varies(z.boolean(), '<true or false>'),
    reason: told,
    passedOver: z.array(z.strictObject({ sequence, reason: told, isStale: z.boolean().optional() })),
  }),
});

export const compact: z.ZodType = z.strictObject({
  path,
  dryRun: z.boolean(),
  sealed: z.strictObject({ events: count, blocks: count, bytes, bytesAfter: size }),
  dropped: z.strictObject({ throughSequence: sequence, events: count, bytes: size }),
  fileBytesBefore: size,
  fileBytesAfter: size,
  heldBack: told.optional(),
});

export const retag: z.ZodType = z.strictObject({
  path,
  model: name,
  blocks: count,
  events: count,
  untaggedEvents: count,
  stopped: z.boolean(),
});

export const redact: z.ZodType = z.union([
  z.strictObject({
    path,
    model: name,
    redacted: z.boolean(),
    dryRun: z.boolean(),
    events: count,
    blocks: count,
    snapshots: count,
    outcomes: count,
    milliseconds: elapsed,
    blockedMilliseconds: elapsed,
    pending: told.optional(),
    differences: z.array(name),
  }),
  z.strictObject({ path, redacted: z.literal(false), stopped: z.literal(true) }),
]);

const copy = { firstSequence: sequence, lastSequence: sequence, recordedAt: time, bytes: size };

export const backup: z.ZodType = z.strictObject({ path, destination: path, ...copy });

export const restore: z.ZodType = z.union([
  z.strictObject({ backup: path, path, ...copy, replaced: varies(z.string(), '<path>').optional() }),
  z.strictObject({ path, destination: path, ...copy }).describe('with --out'),
]);

export const repair: z.ZodType = z.strictObject({
  path,
  plan: z.boolean(),
  sound: z.boolean(),
  damage: z.array(failure),
  firstSequence: sequence,
  keptThrough: sequence,
  reachedThrough: sequence,
  lostEvents: count,
  needsAcceptLoss: z.boolean(),
  keptSnapshots: z.array(sequence),
  droppedSnapshots: z.array(z.strictObject({ owner: name, sequence })),
  forgottenOutcomes: count,
  backup: varies(z.string(), '<path>').optional(),
});
