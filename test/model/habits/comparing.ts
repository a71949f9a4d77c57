/**
 * Reads a log without the store that wrote it: in other processes, under the other fold, with the next version of the
 * model.
 */
import {
  isRefoldError,
  MemoryContents,
  openMemoryLog,
  openStore,
  type RecordedEvent,
  replay,
} from '../../../src/index.ts';
import { decodeBlock } from '../../../src/log/blocks/block.ts';
import type { LogStore } from '../../../src/log/log-store.ts';
import { eventOf, modelOf } from './application.ts';
import { describe, type Findings } from './findings.ts';
import { newWorld } from './program.ts';

/**
 * Compares the live state with a full replay, with a snapshot and its tail, and with the same events under the other
 * fold. Each uses a new model that shares nothing with the live one.
 */
export async function compareReplays(findings: Findings, contents: MemoryContents, live: string): Promise<void> {
  const { program } = findings;
  await attempt(findings, 'a full replay in another process', async () => {
    const full = await replay(modelOf(program, newWorld()), { log: copyOf(contents) });
    if (full.from === 0) findings.same(full.stateHash, live);
  });
  await attempt(findings, 'snapshot and tail in another process', async () => {
    const store = await openStore(modelOf(program, newWorld()), { log: copyOf(contents), clock: () => 0 });
    findings.same(await store.stateHash(), live);
  });
  if (contents.trimmed.through > 0) return;
  await attempt(findings, 'the same events live under the other fold', () => liveAgain(findings, contents, live));
}

async function attempt(findings: Findings, what: string, work: () => Promise<void>): Promise<void> {
  findings.doing = what;
  try {
    await work();
  } catch (error) {
    findings.differs(`${what} failed: ${describe(error)}`);
  }
}

/** The direct fold may accept what the atomic fold refuses, but not the reverse. */
async function liveAgain(findings: Findings, contents: MemoryContents, live: string): Promise<void> {
  const { program } = findings;
  const fold = program.fold === 'atomic' ? 'direct' : 'atomic';
  let now = 0;
  const model = modelOf({ ...program, schema: 'any' }, newWorld());
  const store = await openStore(model, { log: openMemoryLog(), fold, clock: () => now });
  try {
    for await (const { type, data, meta, recordedAt } of eventsOf(contents)) {
      now = recordedAt;
      await store.append({ type, data, ...(meta === undefined ? {} : { meta }) } as never);
    }
    findings.same(await store.stateHash(), live);
  } catch (error) {
    if (program.fold === 'atomic' || !isRefoldError(error, 'REDUCER_FAILED')) throw error;
  } finally {
    await store.close().catch(() => {});
  }
}

/**
 * The next version of the model upcasts the data of one type. It must open the log and give one state, or report that
 * an upcaster is wrong, or that a reducer does not accept its result.
 */
export async function compareUpcast(findings: Findings, contents: MemoryContents): Promise<void> {
  const { program } = findings;
  findings.doing = `opening with the upcaster ${program.upcast}`;
  const world = newWorld();
  const next = (): ReturnType<typeof modelOf> => modelOf(program, newWorld(), 2);
  let store: any;
  try {
    store = await openStore(modelOf(program, world, 2), {
      log: openMemoryLog({ contents }),
      fold: program.fold,
      clock: () => 0,
    });
  } catch (error) {
    const isTold = isRefoldError(error, 'MODEL_MISMATCH') || isRefoldError(error, 'REDUCER_FAILED');
    const isGone = isRefoldError(error, 'HISTORY_GONE') && contents.trimmed.through > 0;
    if (!isTold && !isGone) findings.violation(`${findings.doing} failed: ${describe(error)}`);
    return;
  }
  world.store = store;
  await attempt(findings, `the upcaster ${program.upcast}`, async () => {
    await store.append(eventOf({ type: 'D', n: 1 })).catch(() => {});
    const live = await store.stateHash();
    const full = await replay(next(), { log: copyOf(contents) });
    if (full.from === 0) findings.same(full.stateHash, live);
    world.store = undefined;
    await store.close();
    const again = await openStore(next(), { log: copyOf(contents), clock: () => 0 });
    findings.same(await again.stateHash(), live);
  });
}

/** A copy of the log for another process, so that the live log is not changed. */
function copyOf(contents: MemoryContents): LogStore {
  const copy = Object.assign(new MemoryContents(), contents, {
    blocks: [...contents.blocks],
    snapshots: [...contents.snapshots],
    checkpoints: new Map(contents.checkpoints),
    meta: new Map(contents.meta),
    outcomes: new Map(contents.outcomes),
  });
  return openMemoryLog({ contents: copy });
}

async function* eventsOf(contents: MemoryContents): AsyncGenerator<RecordedEvent> {
  for await (const block of copyOf(contents).read({ from: 1 })) yield* decodeBlock(block).events;
}
