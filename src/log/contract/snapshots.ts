/** Snapshots: all or nothing, byte for byte, and refused when damaged. */
import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert';
import type { Check, LogContractSetup } from './bench.ts';
import {
  appendNotes,
  collect,
  joined,
  matches,
  noise,
  readEvents,
  refusalOf,
  sequencesOf,
  snapshotAt,
} from './fixtures.ts';

export function snapshotCases(setup: LogContractSetup<any>): readonly Check[] {
  const harms = (['damageSnapshot', 'loseChunk'] as const).filter((harm) => setup[harm] !== undefined);
  return [
    ['come back byte for byte, whatever the chunks', comeBack],
    ['an empty one counts too', emptyIsOne],
    ['are listed newest first, separately for each owner', areListed],
    ['one of the same owner and sequence is replaced', isReplaced],
    ['one whose state fails halfway leaves nothing', leavesNothing],
    ['are dropped by sequence', areDropped],
    ...harms.map((harm): Check => [`after ${harm} they are refused, not read`, refusedAfter(harm)]),
    ['appends work while one is written', appendsComeThrough],
  ];
}

const comeBack: Check[1] = async (bench) => {
  const { log } = bench;
  await appendNotes(log, 2);
  const chunks = [noise(10), noise(0), noise(3_500_000), noise(1, 9), new Uint8Array(2_000_000)];
  await log.putSnapshot({ ...snapshotAt(log, 2), bytes: 5_500_011 }, chunks);
  const [info, ...others] = await log.snapshots('');
  deepStrictEqual(others, []);
  deepStrictEqual(info, { ...snapshotAt(log, 2), bytes: 5_500_011 });
  ok(joined(await collect(log.readSnapshot(info!))).equals(joined(chunks)), 'the bytes differ');
  const again = await bench.reopen();
  ok(joined(await collect(again.readSnapshot(info!))).equals(joined(chunks)), 'the bytes differ after reopening');
};

const emptyIsOne: Check[1] = async ({ log }) => {
  await log.putSnapshot(snapshotAt(log, 1), []);
  const [info] = await log.snapshots('');
  strictEqual(joined(await collect(log.readSnapshot(info!))).length, 0);
};

const areListed: Check[1] = async ({ log }) => {
  for (const sequence of [3, 9, 5]) await log.putSnapshot(snapshotAt(log, sequence), [noise(5)]);
  await log.putSnapshot(snapshotAt(log, 7, 'totals'), [noise(5)]);
  deepStrictEqual(await listed(log, ''), [9, 5, 3]);
  deepStrictEqual(await listed(log, 'totals'), [7]);
  deepStrictEqual(await log.snapshots('nobody'), []);
};

async function listed(log: Parameters<Check[1]>[0]['log'], owner: string): Promise<number[]> {
  return (await log.snapshots(owner)).map(({ sequence }) => sequence);
}

const isReplaced: Check[1] = async ({ log }) => {
  await log.putSnapshot(snapshotAt(log, 4), [noise(2_000_000, 1)]);
  await log.putSnapshot({ ...snapshotAt(log, 4), stateHash: 'new' }, [noise(100, 2)]);
  const [info, ...others] = await log.snapshots('');
  deepStrictEqual(others, []);
  matches(info, { stateHash: 'new', bytes: 100 });
  ok(joined(await collect(log.readSnapshot(info!))).equals(noise(100, 2)), 'the bytes are not the new ones');
};

const leavesNothing: Check[1] = async ({ log }) => {
  await log.putSnapshot(snapshotAt(log, 4), [noise(100, 1)]);
  const failing = function* () {
    yield noise(3_000_000);
    throw new RangeError('state cannot be written');
  };
  await rejects(log.putSnapshot({ ...snapshotAt(log, 4), stateHash: 'new' }, failing()), RangeError);
  const [info] = await log.snapshots('');
  strictEqual(info!.stateHash, 'hash of 4');
  ok(joined(await collect(log.readSnapshot(info!))).equals(noise(100, 1)), 'the bytes are not the old ones');
};

const areDropped: Check[1] = async ({ log }) => {
  for (const sequence of [1, 2, 3]) await log.putSnapshot(snapshotAt(log, sequence), [noise(5)]);
  await log.putSnapshot(snapshotAt(log, 2, 'totals'), [noise(5)]);
  const dropped = (await log.snapshots(''))[1]!;
  await log.dropSnapshots('', [2, 1, 77]);
  deepStrictEqual(await listed(log, ''), [3]);
  deepStrictEqual(await listed(log, 'totals'), [2]);
  strictEqual((await refusalOf(collect(log.readSnapshot(dropped)))).code, 'LOG_CORRUPT');
};

function refusedAfter(harm: 'damageSnapshot' | 'loseChunk'): Check[1] {
  return async (bench) => {
    await bench.log.putSnapshot(snapshotAt(bench.log, 6), [noise(2_500_000)]);
    await bench.harm(harm, 6);
    const { log } = bench;
    const [info] = await log.snapshots('');
    const refusal = await refusalOf(collect(log.readSnapshot(info!)));
    matches(refusal, { code: 'LOG_CORRUPT', sequence: 6, path: log.path });
  };
}

const appendsComeThrough: Check[1] = async ({ log }) => {
  const slow = function* () {
    for (let part = 0; part < 8; part++) yield noise(1_000_000, part);
  };
  const order: string[] = [];
  const writing = log.putSnapshot(snapshotAt(log, 1), slow()).then(() => order.push('snapshot'));
  await appendNotes(log, 3);
  order.push('appends');
  await writing;
  deepStrictEqual(sequencesOf(await readEvents(log)), [1, 2, 3]);
  ok(order.includes('snapshot'), 'the snapshot did not finish');
};
