/**
 * The thread for the past. It holds one past state and answers reads of it, or looks for the changes of one key.
 *
 * So neither loading a state nor reading a long log stops the server.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { isRefoldError, openLog, stateAt } from '../../index.ts';
import type { Search } from '../calls/contracts/past.ts';
import { effectOf } from '../model/effects/packed.ts';
import { databaseOf } from '../model/key-space.ts';
import { keySpaceModel } from '../model/model.ts';
import { formerKeys } from '../plain/former-keys.ts';
import type { PastMessage, PastRequest, PastTask } from './messages.ts';
import { PastReader } from './past-reader.ts';
import { KeySearch, type PastEffect } from './search.ts';

/** Events that a search reads at a time. */
const WINDOW = 10_000;
/** Events after which a search gives up, and says so. */
const LOOKS_AT_MOST = 1_000_000;

const task = workerData as PastTask;

try {
  if (task.kind === 'state') await serveState(task);
  else if (task.kind === 'rewind') await readFormer(task);
  else await search(task.path, task.search);
} catch (error) {
  const code = isRefoldError(error) ? error.code : 'ERR';
  const firstSequence = isRefoldError(error, 'HISTORY_GONE') ? error.sequence : undefined;
  say({ failure: { code, message: error instanceof Error ? error.message : String(error), firstSequence } });
}

async function serveState({ path, moment }: PastTask & { readonly kind: 'state' }): Promise<void> {
  const { sequence, recordedAt, state } = await stateAt(keySpaceModel, { path, at: moment });
  const reader = new PastReader(state, recordedAt);
  parentPort!.on('message', (request: PastRequest) => {
    say({ answer: { id: request.id, output: reader.run(request) } });
  });
  say({ place: { sequence, recordedAt } });
}

/** Gives the keys of one database as they were. Keys that had expired at that moment are left out. */
async function readFormer({ path, moment, db, pattern }: PastTask & { readonly kind: 'rewind' }): Promise<void> {
  const { sequence, recordedAt, state } = await stateAt(keySpaceModel, { path, at: moment });
  say({ former: { sequence, keys: formerKeys(databaseOf(state, db), pattern, recordedAt) } });
}

/** Reads the log backwards, window by window. */
async function search(path: string, wanted: Search): Promise<void> {
  await using log = await openLog({ path });
  const { firstSequence, lastSequence: end } = await log.info();
  const lastSequence = Math.min(end, wanted.upTo ?? end);
  const found = new KeySearch(wanted);
  let from = lastSequence + 1;
  while (from > firstSequence && !found.isDone && lastSequence - from < LOOKS_AT_MOST) {
    const to = from - 1;
    from = Math.max(firstSequence, from - WINDOW);
    const window: PastEffect[] = [];
    for await (const event of log.events({ from, to })) window.push(event);
    for (const event of window.reverse()) found.look(effectOf(event));
  }
  const isPartial = from > firstSequence && !found.isDone;
  say({ found: { changes: found.changes, from, to: lastSequence, isPartial } });
}

function say(message: PastMessage): void {
  parentPort!.postMessage(message);
}
