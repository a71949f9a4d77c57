/** The snapshot thread: the counterpart of Redis's forked child, with the log as the memory that both share. */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { isRefoldError, messageOf, RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { LogStore } from '../../log/log-store.ts';
import { yieldToOthers } from '../../threads/background.ts';
import { Pace } from '../../threads/pace.ts';
import { openLogAt } from '../calls/open-log.ts';
import { importModel } from '../folding/model-module.ts';
import type { EncodedState } from '../folding/stored-snapshots.ts';
import { explainDivergence } from '../past/divergence.ts';
import { makeSnapshot } from './making.ts';
import type { SnapshotAnswer, SnapshotOrder, SnapshotThreadOptions } from './protocol.ts';

/** Nobody waits in this thread, but others for its processor. */
const THREAD_SLICE_MS = 0.5;

assert(parentPort, 'the snapshot thread runs in a thread of its own');
yieldToOthers();
await main(parentPort, workerData as SnapshotThreadOptions);

async function main(port: MessagePort, options: SnapshotThreadOptions): Promise<void> {
  const { path, module, name, fingerprint } = options;
  try {
    const { model, isSame } = await importModel(module, name, fingerprint);
    const log = await openLogAt(path, { readOnly: true });
    port.on('message', (order: SnapshotOrder) => void serve(port, model, log, options, order));
    say(port, { ready: { isSame } });
  } catch (error) {
    say(port, failure(error));
  }
}

async function serve(
  port: MessagePort,
  model: Model,
  log: LogStore,
  { fingerprint }: SnapshotThreadOptions,
  order: SnapshotOrder,
): Promise<void> {
  try {
    if ('live' in order) {
      say(port, {
        divergence: await explainDivergence({ model, log, fingerprint, base: order.base }, order.to, order.live),
      });
    } else {
      const pace = new Pace(THREAD_SLICE_MS, 'nap');
      const { base, keyframeEvents } = order;
      const made = await makeSnapshot(model, log, fingerprint, order.to, {
        pace,
        base,
        keyframeEvents,
        onKeyframe: (keyframe) => say(port, { keyframe }, keyframe.encoded),
      });
      say(port, { made }, made.encoded);
    }
  } catch (error) {
    say(port, failure(error));
  }
}

/** The chunks of `handedOver` move to the other thread. */
function say(port: MessagePort, answer: SnapshotAnswer, handedOver?: EncodedState): void {
  const buffers = new Set(handedOver?.chunks.map(({ buffer }) => buffer as ArrayBuffer));
  port.postMessage(answer, [...buffers]);
}

function failure(error: unknown): SnapshotAnswer {
  const known = isRefoldError(error)
    ? error
    : new RefoldError('STORE_FAILED', `Cannot make a snapshot in a thread of its own: ${messageOf(error)}`);
  return { error: known.toJSON() };
}
