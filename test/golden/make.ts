/**
 * Writes the golden files of the current format. Run it by hand, once for each format, and never again for the same
 * format:
 *
 *     node --conditions=refold-source test/golden/make.ts
 *
 * `kept`: open and sealed blocks, snapshots, outcomes, a projection. `trimmed`: history was dropped. `crashed`: the
 * files after a kill, with everything since the last checkpoint in the WAL.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../../src/index.ts';
import { FORMAT_VERSION } from '../../src/log/sqlite/file/schema.ts';
import { GOLDEN_FOLDER, goldenModel, goldenProjection, writeGolden } from './ledger.ts';

const SUFFIXES = ['', '-wal', '-witness'] as const;
const folder = fs.mkdtempSync(join(tmpdir(), 'refold-golden-'));
let now = Date.UTC(2026, 10, 23);
const clock = (): number => (now += 1_000);

type GoldenStore = Awaited<ReturnType<typeof open>>;
const open = (path: string, options = {}) => openStore(goldenModel, { path, clock, ...options });

async function write(store: GoldenStore, account: string, moves: number): Promise<void> {
  await store.execute('open', { account }, { commandId: `open-${account}`, meta: { by: 'golden' } });
  for (let move = 1; move <= moves; move++) {
    const memo = move % 3 === 0 ? `memo ${move} ü \u0001` : null;
    await store.append({ type: 'AmountMoved', data: { account, amount: move * 1.5, memo } });
  }
}

async function keep(
  name: string,
  path: string,
  work: (store: GoldenStore) => Promise<void>,
  options = {},
): Promise<void> {
  const target = join(GOLDEN_FOLDER, `format-${FORMAT_VERSION}`, name);
  const store = await open(path, options);
  await work(store);
  if (name === 'crashed') copyFiles(path, target); // with another process, because this one holds locks on the file
  await store.close();
  if (name !== 'crashed') copyFiles(path, target);
  await describe(`format-${FORMAT_VERSION}/${name}`, target);
}

function copyFiles(path: string, target: string): void {
  fs.mkdirSync(join(target, '..'), { recursive: true });
  for (const suffix of SUFFIXES) {
    fs.rmSync(`${target}.db${suffix}`, { force: true });
    if (fs.existsSync(path + suffix)) execFileSync('cp', [path + suffix, `${target}.db${suffix}`]);
  }
}

/** Opens a copy and records what it finds. Every later release must find the same. */
async function describe(name: string, source: string): Promise<void> {
  const copy = join(folder, 'copy.db');
  for (const suffix of ['', '-wal', '-witness', '-shm', '-lock', '-ballast']) fs.rmSync(copy + suffix, { force: true });
  for (const suffix of SUFFIXES) {
    if (fs.existsSync(`${source}.db${suffix}`)) fs.copyFileSync(`${source}.db${suffix}`, copy + suffix);
  }
  const store = await open(copy);
  const { openBlocks, sealedBlocks } = await store.verify();
  const { firstSequence } = store.stats();
  const past = await store.at({ sequence: store.sequence - 3 });
  const id = 'open-ada';
  writeGolden(name, {
    sequence: store.sequence,
    firstSequence,
    stateHash: await store.stateHash(),
    snapshot: store.recovery.snapshot,
    blocks: { openBlocks, sealedBlocks },
    past: { sequence: past.sequence, state: past.state },
    command: { id, outcome: await store.execute('open', { account: 'ada' }, { commandId: id }) },
    projection: (await store.project(goldenProjection)).state,
  });
  await store.close();
}

await keep('kept', join(folder, 'kept.db'), async (store) => {
  await store.project(goldenProjection);
  await write(store, 'ada', 40);
  await store.snapshot();
  await store.compact();
  await write(store, 'bob', 10);
  await store.snapshot();
  await store.append([
    { type: 'AccountOpened', data: { account: 'cyd', tags: ['a', '😀'] } },
    { type: 'AmountMoved', data: { account: 'cyd', amount: -0.1, memo: '__proto__' } },
  ]);
});

await keep(
  'trimmed',
  join(folder, 'trimmed.db'),
  async (store) => {
    await store.project(goldenProjection);
    for (const account of ['ada', 'bob', 'cyd', 'dan']) {
      await write(store, account, 8);
      await store.snapshot();
    }
    await store.compact();
    await write(store, 'eve', 4);
  },
  { history: { maxEvents: 10 } },
);

await keep('crashed', join(folder, 'crashed.db'), async (store) => {
  await store.project(goldenProjection);
  await write(store, 'ada', 12);
  await store.snapshot();
  await store.compact();
  await write(store, 'bob', 6);
});

fs.rmSync(folder, { recursive: true });
