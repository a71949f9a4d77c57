/**
 * Sealing, seen from the store: a thread of its own reads, proves and packs a run, and the writer only swaps the rows.
 *
 * The thread is started for a sealing of more than a little, and ends with it. Packing a run takes some tens of milliseconds; none of them are
 * the writer's, so that an append meanwhile waits for nothing but another commit.
 */
import type { Worker } from 'node:worker_threads';
import { isRefoldError, type RefoldError, reviveError, type SerializedError } from '../../../core/errors.ts';
import { startThread, threadFailed, threadFile } from '../../../threads/threads.ts';
import { type SealedRun, type Stretch, sealInRuns } from '../../blocks/sealing.ts';
import { storeClosed } from '../../log-errors.ts';
import type { SealOptions, SealReport } from '../../log-store.ts';
import { type Driver, loadDriver, readFailure } from '../file/driver.ts';
import type { WriterClient } from '../writing/writer-client.ts';
import { type Packed, type PackRequest, RunPacker } from './run-packer.ts';

/** The thread's answer to a request; without either, there is no run left. */
export interface PackAnswer {
  readonly packed?: Packed;
  readonly error?: SerializedError;
}

/**
 * Seals as `LogCare.seal` says.
 *
 * @param writer may be absent for a dry run: then there is always room
 * @param closing aborts when the log closes: what was packed and not swapped is forgotten
 */
export async function sealInThread(
  path: string,
  writer: WriterClient | undefined,
  options: SealOptions,
  closing: AbortSignal,
): Promise<SealReport> {
  const sealer = new Sealer(path, await loadDriver());
  try {
    return await sealInRuns(options, async (stretch) => {
      if (closing.aborted) throw storeClosed(path);
      return options.dryRun === true ? sealer.pack(await sized(writer, stretch)) : sealNext(sealer, writer!, stretch);
    });
  } finally {
    await sealer.end();
  }
}

/** Packs and swaps the next run; once more when the log was compacted from elsewhere meanwhile, or the disk got full. */
async function sealNext(sealer: Sealer, writer: WriterClient, stretch: Stretch): Promise<SealedRun | undefined> {
  for (let request = await sized(writer, stretch); ; ) {
    const run = await sealer.pack(request);
    if (run === undefined) return undefined;
    const { payload } = run.packed.sealed;
    try {
      if (await writer.do('swapRun', run.packed, [(payload as Uint8Array<ArrayBuffer>).buffer])) return run;
    } catch (error) {
      if (!isRefoldError(error, 'LOG_FULL') || request.openBytes !== undefined) throw error;
      request = await sized(writer, stretch); // a smaller one may find room in the ballast
      if (request.openBytes === undefined) throw error;
    }
  }
}

async function sized(writer: WriterClient | undefined, stretch: Stretch): Promise<PackRequest> {
  const openBytes = await writer?.do('pieceBytes', undefined);
  return openBytes === undefined ? stretch : { ...stretch, openBytes };
}

/** The store's end of the sealing thread, which is started once there is enough to seal: one request at a time. */
class Sealer {
  readonly #path: string;
  readonly #packer: RunPacker;
  #worker: Worker | undefined;
  #exited: Promise<void> | undefined;
  #waiting: PromiseWithResolvers<Packed | undefined> | undefined;
  #failure: RefoldError | undefined;

  constructor(path: string, driver: Driver) {
    this.#path = path;
    this.#packer = RunPacker.open(driver, path);
  }

  /** @throws RefoldError `LOG_CORRUPT` when a block of the run is damaged */
  async pack(request: PackRequest): Promise<Packed | undefined> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      if (this.#worker === undefined && this.#packer.isSmall(request)) return this.#packer.pack(request);
    } catch (error) {
      throw readFailure(error, 'seal', this.#path);
    }
    this.#worker ??= this.#start();
    this.#waiting = Promise.withResolvers();
    this.#worker.postMessage(request);
    return this.#waiting.promise;
  }

  #start(): Worker {
    const options = { workerData: this.#path, name: 'refold sealer' };
    const worker = startThread(SEALER_WORKER, options, 'seal', this.#path);
    worker.on('message', (answer: PackAnswer) => this.#settle(answer));
    worker.on('error', (error) => this.#fail(error));
    this.#exited = new Promise((resolve) => {
      worker.on('exit', () => {
        this.#fail(new Error('the sealing thread ended'));
        resolve();
      });
    });
    return worker;
  }

  /** Resolves when no connection is left: the last one to close should be the writer's. */
  async end(): Promise<void> {
    this.#packer.close();
    this.#worker?.postMessage('end');
    await this.#exited;
  }

  #settle({ packed, error }: PackAnswer): void {
    if (error === undefined) this.#waiting?.resolve(packed);
    else this.#waiting?.reject(reviveError(error));
  }

  #fail(cause: unknown): void {
    this.#failure ??= threadFailed('seal', this.#path, cause);
    this.#waiting?.reject(this.#failure);
  }
}

const SEALER_WORKER = threadFile(import.meta.url, 'sealer-worker');
