/** The snapshot thread: the counterpart of Redis's forked child, with the log as the memory that both share. */
import { parentPort, workerData } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { yieldToOthers } from '../../threads/background.ts';
import { Pace } from '../../threads/pace.ts';
import { Moved, serve } from '../../threads/serving.ts';
import { openInThread } from '../calls/open-log.ts';
import { importModel } from '../folding/model-module.ts';
import type { EncodedState } from '../folding/stored-snapshots.ts';
import { explainDivergence } from '../past/divergence.ts';
import { makeFromLog } from './sources.ts';
import type { SnapshotJobs, SnapshotThreadData, SnapshotThreadOpened } from './thread.ts';

/** No caller waits in this thread, but other threads wait for its processor. */
const THREAD_SLICE_MS = 0.5;

const { module, name, fingerprint, log: logThread } = workerData as SnapshotThreadData;

yieldToOthers();
await serve<SnapshotJobs, SnapshotThreadOpened>(parentPort, failureOf, async () => {
  const { model, isSame } = await importModel(module, name, fingerprint);
  const log = await openInThread(logThread);
  const folding = { model, log, fingerprint };
  return {
    opened: { isSame },
    jobs: {
      make: async (order, tell) => {
        const pace = new Pace(THREAD_SLICE_MS, 'nap');
        const made = await makeFromLog(folding, order, pace, (keyframe) => tell(keyframe, buffersOf(keyframe.encoded)));
        return new Moved(made, buffersOf(made.encoded));
      },
      explain: ({ to, base, live }) => explainDivergence({ ...folding, base }, to, live),
    },
  };
});

/** The buffers of the chunks, which move to the other thread. */
function buffersOf({ chunks }: EncodedState): ArrayBuffer[] {
  return [...new Set(chunks.map(({ buffer }) => buffer as ArrayBuffer))];
}

function failureOf(error: unknown): RefoldError {
  if (isRefoldError(error)) return error;
  return new RefoldError('STORE_FAILED', `Cannot make a snapshot in the snapshot thread: ${messageOf(error)}`);
}
