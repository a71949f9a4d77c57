/** Two audits of a book, from its log alone: fold every event again, and match every order again. */
import { type Catalog, type Model, openLog, RefoldError, replay } from 'refold';
import { orderBook } from '../model/index.ts';
import type { ProgressBar } from '../progress.ts';
import { type AuditedEvent, Rematcher, type RematchResult } from './rematch.ts';

export interface ReplayReport {
  readonly events: number;
  /** How long the fold alone took. */
  readonly seconds: number;
  readonly eventsPerSecond: number;
  readonly stateHash: string;
  readonly rematch: RematchResult;
}

export interface ReplayProgress {
  /** Opens the bar of a phase. */
  readonly bar: (label: string, total: number) => ProgressBar;
}

/**
 * Folds the log from sequence 1 without a snapshot, then matches its orders again and compares every outcome.
 *
 * @throws RefoldError `HISTORY_GONE` when the log no longer begins at 1, and as `replay` does
 */
export async function replayBook(path: string, { bar }: ReplayProgress): Promise<ReplayReport> {
  await requireWholeLog(path);
  const { events, seconds, eventsPerSecond, stateHash } = await foldAgain(orderBook, path, bar);
  return { events, seconds, eventsPerSecond, stateHash, rematch: await matchAgain(path, bar) };
}

/** Full replay: the fold of every event, from sequence 1, snapshots ignored. */
export async function foldAgain<State extends object, Events extends Catalog>(
  model: Model<State, Events, any>,
  path: string,
  bar: ReplayProgress['bar'],
) {
  let progress: ProgressBar | undefined;
  const report = await replay(model, {
    path,
    onProgress: ({ done, total }) => {
      progress ??= bar('replay', total);
      progress.update(done);
    },
  });
  progress?.end();
  return report;
}

/** Matches the orders of the log with the second engine, and compares what follows with what was recorded. */
export async function matchAgain(path: string, bar: ReplayProgress['bar']): Promise<RematchResult> {
  await using log = await openLog({ path });
  const { lastSequence } = await log.info();
  const progress = bar('match again', lastSequence);
  const auditor = new Rematcher();
  try {
    for await (const event of log.events()) {
      const firstDifference = auditor.next(event as AuditedEvent);
      if (firstDifference !== null) return { firstDifference };
      progress.update(event.sequence);
    }
    const firstDifference = auditor.end();
    return firstDifference === null ? 'equal' : { firstDifference };
  } finally {
    progress.end();
  }
}

/** @throws RefoldError `HISTORY_GONE` */
export async function requireWholeLog(path: string): Promise<void> {
  await using log = await openLog({ path });
  const { firstSequence, events } = await log.info();
  if (events === 0 || firstSequence === 1) return;
  throw new RefoldError('HISTORY_GONE', `Cannot replay ${path} in full: its log begins at ${firstSequence}`, {
    path,
    sequence: firstSequence,
    hint: 'Use a backup that holds all events. `show` works without the dropped ones',
  });
}
