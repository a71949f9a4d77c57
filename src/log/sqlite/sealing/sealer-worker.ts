/** The thread that packs: it runs `RunPacker`, one run for each request. */
import { parentPort, workerData } from 'node:worker_threads';
import { yieldToOthers } from '../../../threads/background.ts';
import { Moved, serve } from '../../../threads/serving.ts';
import { loadDriver, readFailure } from '../file/driver.ts';
import { type Packed, type PackRequest, RunPacker } from './run-packer.ts';
import type { SealerJobs } from './sealer.ts';

const path = workerData as string;

function packWith(packer: RunPacker, request: PackRequest): Moved<Packed> | undefined {
  const packed = packer.pack(request);
  if (packed === undefined) return undefined;
  return new Moved(packed, [(packed.packed.sealed.payload as Uint8Array<ArrayBuffer>).buffer]);
}

yieldToOthers();
await serve<SealerJobs>(
  parentPort,
  (error) => readFailure(error, 'seal', path),
  async () => {
    const packer = RunPacker.open(await loadDriver(), path);
    return {
      opened: undefined,
      jobs: { pack: (request) => packWith(packer, request) },
      close: () => packer.close(),
    };
  },
);
