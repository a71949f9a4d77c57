/** The thread that packs: what `RunPacker` does, run by run as it is asked. */
import assert from 'node:assert';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { yieldToOthers } from '../../../threads/background.ts';
import { endThread } from '../../../threads/threads.ts';
import { type Driver, loadDriver, readFailure } from '../file/driver.ts';
import { type PackRequest, RunPacker } from './run-packer.ts';
import type { PackAnswer } from './sealer.ts';

function main(driver: Driver, port: MessagePort, path: string): void {
  let packer: RunPacker | undefined;
  const answer = (request: PackRequest): PackAnswer => {
    try {
      packer ??= RunPacker.open(driver, path);
      const packed = packer.pack(request);
      return packed === undefined ? {} : { packed };
    } catch (error) {
      return { error: readFailure(error, 'seal', path).toJSON() };
    }
  };
  port.on('message', (message: PackRequest | 'end') => {
    if (message === 'end') {
      packer?.close();
      endThread(port);
      return;
    }
    const { packed, error } = answer(message);
    const moved = packed === undefined ? [] : [(packed.packed.sealed.payload as Uint8Array<ArrayBuffer>).buffer];
    port.postMessage({ ...(packed && { packed }), ...(error && { error }) } satisfies PackAnswer, moved);
  });
}

assert(parentPort, 'sealing runs in a thread of its own');
yieldToOthers();
main(await loadDriver(), parentPort, workerData as string);
