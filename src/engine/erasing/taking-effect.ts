/**
 * The moment at which a redaction takes effect: appends wait, the rest is caught up with, the log applies, and everything in the
 * store is switched over.
 */
import type { LogRedaction, RedactionRow } from '../../log/log-redaction.ts';
import type { LogHead } from '../../log/log-store.ts';
import { performance } from '../../threads/timers.ts';
import type { Cleaning } from './cleaning.ts';
import type { Found } from './found.ts';
import { type ErasureParts, foldedTo, type Order, type Prepared } from './parts.ts';
import { LiveBeside } from './refolding.ts';
import { hashOfSelector } from './selector.ts';

/** Appends wait when so few events are left to catch up with, or after so many rounds. */
const CLOSE_EVENTS = 500;
const MOST_ROUNDS = 20;

/**
 * @returns how long appends waited, in ms
 * @throws RefoldError `REDUCER_FAILED`, `SEQUENCE_CONFLICT`, `LOG_FULL`, and nothing has changed; `OUTCOME_UNKNOWN`; the reason of
 * a signal
 */
export async function takeEffect<State extends object>(
  parts: ErasureParts<State>,
  cleaning: Cleaning,
  redaction: LogRedaction,
  prepared: Prepared<State>,
  order: Order,
): Promise<number> {
  const { model, log, fingerprint, live, writes, upkeep } = parts;
  const { redacted, refolded, projections } = prepared;
  const { cursor } = refolded;
  const opening = stopwatch();
  const ready = live.prepare(cursor.state); // no append can come in between
  const openingMs = opening();
  const beside = new LiveBeside({ model, fingerprint, redacted }, ready, cursor.sequence);
  const catchUp = async (to = log.head().sequence): Promise<void> => {
    const onFolded = foldedTo(order, to);
    await beside.advance(to, onFolded);
    await projections.advance(to, onFolded);
  };
  for (let round = 0; round < MOST_ROUNDS && writes.sequence - beside.sequence > CLOSE_EVENTS; round++) await catchUp();
  const releaseSaves = await projections.holdSaves();
  const resumeSnapshots = await upkeep.holdSnapshots();
  let redactedFrom: number | undefined;
  try {
    for (const { after } of prepared.lowered) await log.putCheckpoint(after);
    const holding = stopwatch();
    const release = await writes.hold();
    try {
      await catchUp();
      order.check();
      redactedFrom = await apply(parts, redaction, prepared.found, order, async (to) => {
        await catchUp(to);
        await parts.shared()!.advance(to);
      });
      live.adopt(beside.live);
      parts.shared()?.passOver();
      parts.renewFollowers();
      await projections.replace();
    } finally {
      release();
    }
    return openingMs + holding();
  } catch (error) {
    for (const { before } of prepared.lowered) await log.putCheckpoint(before).catch(() => {});
    throw error;
  } finally {
    releaseSaves();
    await cleaning.harmlessly(() => resumeSnapshots(redactedFrom));
  }
}

/**
 * @param follow folds up to a sequence what other writers have appended. Then they wait
 * @returns the first event that is another one now
 */
async function apply(
  { log, failure, settings, shared }: ErasureParts<any>,
  redaction: LogRedaction,
  found: Found,
  order: Order,
  follow: (to: number) => Promise<void>,
): Promise<number> {
  const { epoch } = log;
  const fence =
    shared() === undefined
      ? { epoch, expectedSequence: log.head().sequence }
      : { epoch, onHeld: ({ sequence }: LogHead) => follow(sequence) };
  const row = rowOf(order, found, settings.clock());
  await failure.watching(log.path, () => redaction.apply(row, fence));
  return row.firstSequence;
}

function rowOf({ selector, by }: Order, { events, first, last }: Found, recordedAt: number): RedactionRow {
  const range = { firstSequence: first!, lastSequence: last };
  return { recordedAt, ...(by !== undefined && { by }), selector: hashOfSelector(selector), events, ...range };
}

/** Gives the ms since it was started. */
function stopwatch(): () => number {
  const start = performance.now();
  return () => performance.now() - start;
}
