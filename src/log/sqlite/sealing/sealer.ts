/**
 * Sealing, seen from the store: a separate thread reads, packs and proves a run, and the writer only swaps the rows.
 *
 * The thread is started when there is enough to seal, and ends with the sealing. Packing a run takes 20 to 50 ms, but
 * not in the writer: an append meanwhile waits only for other commits.
 */
import { isRefoldError } from '../../../core/errors.ts';
import { Thread } from '../../../threads/thread.ts';
import { type SealedRun, type Stretch, sealInRuns } from '../../blocks/sealing.ts';
import type { SealOptions, SealReport } from '../../log-care.ts';
import { storeClosed } from '../../log-errors.ts';
import { type Driver, loadDriver, readFailure } from '../file/driver.ts';
import type { WriterClient } from '../writing/writer-client.ts';
import { type Packed, type PackRequest, RunPacker } from './run-packer.ts';

/** The requests to the sealing thread. */
export interface SealerJobs {
  /** Answers undefined when no run is left. */
  pack: { takes: PackRequest; answers: Packed | undefined };
}

/**
 * Seals as `LogCare.seal` says.
 *
 * @param writer may be absent in a dry run: then there is always room
 * @param closing aborts when the log closes: packed runs that were not swapped are discarded
 */
export async function sealInThread(
  path: string,
  writer: WriterClient | undefined,
  options: SealOptions,
  closing: AbortSignal,
): Promise<SealReport> {
  const sealer = Sealer.open(path, await loadDriver());
  try {
    return await sealInRuns(options, async (stretch) => {
      if (closing.aborted) throw storeClosed(path);
      return options.dryRun === true ? sealer.pack(await sized(writer, stretch)) : sealNext(sealer, writer!, stretch);
    });
  } finally {
    await sealer.end();
  }
}

/**
 * Packs and swaps the next run. Tries again when the log was compacted by another call meanwhile, or the disk got full.
 */
async function sealNext(sealer: Sealer, writer: WriterClient, stretch: Stretch): Promise<SealedRun | undefined> {
  for (let request = await sized(writer, stretch); ; ) {
    const run = await sealer.pack(request);
    if (run === undefined) return undefined;
    const { payload } = run.packed.sealed;
    try {
      if (await writer.do('swapRun', run.packed, [(payload as Uint8Array<ArrayBuffer>).buffer])) return run;
    } catch (error) {
      if (!isRefoldError(error, 'LOG_FULL') || request.openBytes !== undefined) throw error;
      request = await sized(writer, stretch); // a smaller run may fit into the space of the ballast
      if (request.openBytes === undefined) throw error;
    }
  }
}

async function sized(writer: WriterClient | undefined, stretch: Stretch): Promise<PackRequest> {
  const openBytes = await writer?.do('pieceBytes', undefined);
  return openBytes === undefined ? stretch : { ...stretch, openBytes };
}

/** Packs runs in the calling thread while there is little to seal, otherwise in a thread: one request at a time. */
class Sealer {
  readonly #path: string;
  readonly #packer: RunPacker;
  #thread: Thread<SealerJobs> | undefined;

  static open(path: string, driver: Driver): Sealer {
    return new Sealer(path, RunPacker.open(driver, path));
  }

  private constructor(path: string, packer: RunPacker) {
    this.#path = path;
    this.#packer = packer;
  }

  /** @throws RefoldError `LOG_CORRUPT` when a block of the run is damaged */
  async pack(request: PackRequest): Promise<Packed | undefined> {
    try {
      if (this.#thread === undefined && this.#packer.isSmall(request)) return this.#packer.pack(request);
    } catch (error) {
      throw readFailure(error, 'seal', this.#path);
    }
    this.#thread ??= await this.#start();
    return this.#thread.ask('pack', request);
  }

  #start(): Promise<Thread<SealerJobs>> {
    const path = this.#path;
    return Thread.start({ name: 'sealer-worker', from: import.meta.url, data: path, action: 'seal', path });
  }

  /** Resolves when its connection is closed: the writer's should be the last one to close. */
  async end(): Promise<void> {
    this.#packer.close();
    await this.#thread?.end();
  }
}
