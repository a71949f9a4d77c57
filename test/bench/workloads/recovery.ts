/** What an open costs after the writing process was killed: with and without a snapshot, and after a clean close. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore } from 'refold';
import { orders } from '../orders-model.ts';
import { type Context, collectGarbage, type Row, timed, type Workload } from '../workload.ts';

const CRASHING_WRITER = fileURLToPath(new URL('crashing-writer.ts', import.meta.url));
/** Events between the snapshot and the crash. */
const TAIL = 10_000;

export const recoveryWorkloads: readonly Workload[] = [{ name: 'recovery', run: recoveryRows }];

async function recoveryRows({ sizes, folder }: Context): Promise<Row[]> {
  const events = sizes.shortLogEvents;
  const size = events.toLocaleString('en');
  const bare = join(folder, 'without-snapshot');
  const kept = join(folder, 'with-snapshot');
  crash(bare, events, 0);
  crash(kept, events, events - TAIL);
  const row = (name: string, what: string, runs: readonly number[]): Row => {
    return { name: `recovery-${name}`, what, by: 'refold', durability: 'reads', unit: 'ms', runs };
  };
  return [
    row('no-snapshot', `open after SIGKILL, no snapshot, ${size} events`, await opens(bare, sizes.runs)),
    row(
      'snapshot',
      `open after SIGKILL, snapshot + ${TAIL.toLocaleString('en')} events`,
      await opens(kept, sizes.runs),
    ),
    row('clean', `open after a clean close, ${size} events`, await opens(await closeCleanly(kept), sizes.runs)),
  ];
}

/** Writes a log in a process that kills itself at the end. */
function crash(folder: string, events: number, snapshotAt: number): void {
  mkdirSync(folder);
  const args = [...process.execArgv, CRASHING_WRITER, join(folder, 'log.db'), String(events), String(snapshotAt)];
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (signal !== 'SIGKILL') throw new Error(`the writer did not come to be killed: ${stderr}`);
}

/** Opens a fresh copy of the folder's log for each run: an open may write, and the next must find what the first found. */
async function opens(folder: string, runs: number): Promise<number[]> {
  const times: number[] = [];
  for (let run = -1; run < runs; run++) {
    const copy = `${folder}-copy`;
    cpSync(folder, copy, { recursive: true });
    collectGarbage();
    const { ms, result: store } = await timed(() => openStore(orders, { path: join(copy, 'log.db') }));
    await store.close();
    rmSync(copy, { recursive: true });
    if (run >= 0) times.push(ms);
  }
  return times;
}

async function closeCleanly(folder: string): Promise<string> {
  const store = await openStore(orders, { path: join(folder, 'log.db') });
  await store.close();
  return folder;
}
