/** The snapshot thread: the counterpart of Redis's forked child, with the log as the memory that both share. */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import { yieldToOthers } from '../../threads/background.ts';
import { Pace } from '../../threads/pace.ts';
import { openInThread } from '../calls/open-log.ts';
import { importModel } from '../folding/model-module.ts';
import type { EncodedState } from '../folding/stored-snapshots.ts';
import { explainDivergence } from '../past/divergence.ts';
import { type Folding, makeFromLog } from './sources.ts';
import type { SnapshotAnswer, SnapshotOrder, ThreadStart } from './thread.ts';

/** Nobody waits in this thread, but others for its processor. */
const SLICE_MS = 0.5;

assert(parentPort, 'the snapshot thread runs in a thread of its own');
yieldToOthers();
await main(parentPort, workerData as ThreadStart);

async function main(port: MessagePort, start: ThreadStart): Promise<void> {
  await answering(port, async () => {
    const { fingerprint } = start;
    const { model, isSame } = await importModel(start.module, start.name, fingerprint);
    const log = await openInThread(start.log);
    const folding = { model, log, fingerprint };
    port.on('message', (order: SnapshotOrder) => void answering(port, () => carryOut(port, folding, order)));
    say(port, { ready: { isSame } });
  });
}

async function carryOut(port: MessagePort, folding: Folding, order: SnapshotOrder): Promise<void> {
  if ('live' in order) {
    const divergence = await explainDivergence({ ...folding, base: order.base }, order.to, order.live);
    return say(port, { divergence });
  }
  const pace = new Pace(SLICE_MS, 'nap');
  const made = await makeFromLog(folding, order, pace, (keyframe) => say(port, { keyframe }, keyframe.encoded));
  say(port, { made }, made.encoded);
}

async function answering(port: MessagePort, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const known = isRefoldError(error)
      ? error
      : new RefoldError('STORE_FAILED', `Cannot make a snapshot in a thread of its own: ${messageOf(error)}`);
    say(port, { error: known.toJSON() });
  }
}

/** The chunks of `handedOver` move to the other thread. */
function say(port: MessagePort, answer: SnapshotAnswer, handedOver?: EncodedState): void {
  const buffers = new Set(handedOver?.chunks.map(({ buffer }) => buffer as ArrayBuffer));
  port.postMessage(answer, [...buffers]);
}
