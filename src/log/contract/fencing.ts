/** A writer that another one has replaced cannot write anything. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { LogStore } from '../log-store.ts';
import type { Check, LogContractSetup } from './bench.ts';
import { appendNotes, collect, noise, readEvents, redactionOf, refusalOf, remember, snapshotAt } from './fixtures.ts';

export function fencingCases({ care = true, redaction = false }: LogContractSetup<any>): readonly Check[] {
  return [...WRITES, ...(care ? WRITES_OF_CARE : []), ...(redaction ? WRITES_OF_REDACTION : [])].map(
    ([what, write]): Check => [what, refuses(write)],
  );
}

type Write = readonly [what: string, write: (log: LogStore) => Promise<unknown>];

const WRITES: readonly Write[] = [
  ['appends nothing', (log) => appendNotes(log, 1)],
  ['remembers no outcome', (log) => remember(log, [{ commandId: 'late', recordedAt: 70, outcome: '{}' }])],
  ['puts no snapshot', (log) => log.putSnapshot({ ...snapshotAt(log, 5), bytes: 5 }, [noise(5)])],
  ['puts no large snapshot', (log) => log.putSnapshot({ ...snapshotAt(log, 5), bytes: 2_500_000 }, [noise(2_500_000)])],
  ['replaces no snapshot', (log) => log.putSnapshot({ ...snapshotAt(log, 3), stateHash: 'late' }, [noise(5)])],
  ['drops no snapshot', (log) => log.dropSnapshots('', [3])],
  ['puts no checkpoint', (log) => log.putCheckpoint({ projection: 'late', sequence: 3 })],
  ['moves no checkpoint', (log) => log.putCheckpoint({ projection: 'totals', sequence: 6 })],
  ['drops no checkpoint', (log) => log.dropCheckpoint('totals')],
  ['puts no reactor', (log) => log.putReactor({ reactor: 'late', sequence: 3, progress: '' })],
  ['drops no reactor', (log) => log.dropReactor('mail')],
  ['puts no meta', (log) => log.putMeta('model', 'late')],
  ['drops no history', (log) => log.dropThrough(3)],
];

const WRITES_OF_CARE: readonly Write[] = [
  ['seals nothing', (log) => log.care!.seal({ through: 4 })],
  ['reclaims nothing', (log) => log.care!.reclaim()],
];

const OF_NOTHING = { recordedAt: 1, selector: '', events: 0, firstSequence: 1, lastSequence: 1 };

const WRITES_OF_REDACTION: readonly Write[] = [
  ['stages nothing', (log) => redactionOf(log).stage([], [])],
  ['discards nothing', (log) => redactionOf(log).discard()],
  [
    'redacts nothing',
    (log) => redactionOf(log).apply(OF_NOTHING, { expectedSequence: log.head().sequence, epoch: log.epoch }),
  ],
];

function refuses(write: Write[1]): Check[1] {
  return async (bench) => {
    await appendNotes(bench.log, 6);
    await bench.log.putSnapshot({ ...snapshotAt(bench.log, 3), bytes: 9 }, [noise(9)]);
    await bench.log.putCheckpoint({ projection: 'totals', sequence: 2 });
    await bench.log.putReactor({ reactor: 'mail', sequence: 2, progress: '' });
    await bench.log.putMeta('model', 'first');
    const before = await holdingsOf(bench.log);
    const { epoch } = bench.log;
    const replaced = await bench.replaceWriter();
    strictEqual((await refusalOf(() => write(replaced))).code, 'SEQUENCE_CONFLICT');
    await replaced.close();
    const log = await bench.reopen();
    ok(log.epoch > epoch + 1, `the epoch is ${log.epoch} after ${epoch}, one other writer and this one`);
    deepStrictEqual(await holdingsOf(log), before);
    await appendNotes(log, 1);
    strictEqual(log.head().sequence, 7);
  };
}

/** Everything that a late write could have changed. */
async function holdingsOf(log: LogStore): Promise<unknown> {
  return {
    head: log.head(),
    firstSequence: log.firstSequence(),
    headers: await collect(log.headers()),
    events: await readEvents(log, log.firstSequence()),
    outcome: await log.outcome('late'),
    snapshots: await log.snapshots(''),
    checkpoints: await log.checkpoints(),
    reactors: await log.reactors(),
    model: await log.getMeta('model'),
  };
}
