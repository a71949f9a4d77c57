/** What `store.stats()` and `store.metrics()` give. */
import type { RefoldError } from '../core/errors.ts';
import type { LogSize } from '../log/log-care.ts';
import type { LogStore } from '../log/log-store.ts';
import { sizeOf } from './calls/log-care.ts';
import { followerMetrics, type StoreMetrics } from './metrics/metrics.ts';
import type { Workings } from './roles/workings.ts';
import type { UpkeepStats } from './upkeep/upkeep.ts';

export interface StoreStats extends UpkeepStats, LogSize {
  readonly sequence: number;
  readonly durableSequence: number;
  /** Why the store has failed; undefined while it is sound. What its log cannot say any more is 0 then. */
  readonly failure: RefoldError | undefined;
  /** The first sequence still in the log. */
  readonly firstSequence: number;
  /** Bytes of writes that are accepted and not yet durable. */
  readonly queuedBytes: number;
  /** Bytes that calls keep while they wait for room in the queue, roughly. Only the caller limits them. */
  readonly waitingBytes: number;
  /** The promise, in ms. */
  readonly recoverWithin: number;
  /** Durable events that the state does not have. 0 for the writer; a reader that is not live falls behind. */
  readonly lag: number;
  /**
   * Events in blocks that every query by tag must read, because their tags are not stored, or stored by another `tags`.
   * `retag` makes it 0. Undefined until they have been counted, shortly after the open.
   */
  readonly untaggedEvents: number | undefined;
}

/** What the log is asked for. */
type AskedOfLog = LogSize & Pick<StoreStats, 'firstSequence' | 'lag'>;

/** @throws RefoldError what the log throws while the store is sound. A log that has failed may not even say where it ends */
export function statsOf({ session, failure, settings, log }: Workings<any>): StoreStats {
  const { writes, upkeep, sequence, durableSequence } = session;
  const known = {
    sequence,
    durableSequence,
    failure: failure.error,
    queuedBytes: writes.queue.bytes,
    waitingBytes: writes.waitingBytes,
    recoverWithin: settings.recoverWithin,
    untaggedEvents: upkeep.untaggedEvents,
    ...upkeep.stats(),
  };
  return describeStore(known, log);
}

/** Never throws. */
export function metricsOf({ session, failure, parts, publisher, projections, reactors }: Workings<any>): StoreMetrics {
  const { queue, waitingBytes } = session.writes;
  const { meter } = queue;
  const { fold, load } = parts.rates;
  const { sequence, durableSequence } = session;
  return {
    uptimeMilliseconds: meter.uptimeMs,
    failed: failure.error !== undefined,
    sequence,
    durableSequence,
    commits: meter.commits,
    events: meter.events,
    characters: meter.characters,
    appendMilliseconds: meter.append.report(),
    syncMilliseconds: meter.sync.report(),
    queue: { bytes: queue.bytes, waitingBytes },
    rates: { foldedEventsPerSecond: fold * 1_000, loadedBytesPerSecond: load * 1_000 },
    estimatedRecoveryMilliseconds: session.upkeep.stats().estimatedRecoveryMs,
    listeners: publisher.listeners,
    followers: followerMetrics(publisher.tail.readers),
    projections: projections.report(durableSequence),
    reactors: reactors.report(durableSequence),
  };
}

function describeStore(known: Omit<StoreStats, keyof AskedOfLog>, log: LogStore): StoreStats {
  const ask = <T>(question: () => T, otherwise: T): T => {
    try {
      return question();
    } catch (error) {
      if (known.failure === undefined) throw error;
      return otherwise;
    }
  };
  return {
    ...known,
    firstSequence: ask(() => log.firstSequence(), 0),
    lag: ask(() => Math.max(0, log.head().sequence - known.sequence), 0),
    ...ask(() => sizeOf(log), { fileBytes: 0, walBytes: 0, freeBytes: 0 }),
  };
}
