/** Opens a log after a power cut: as a reader, and in some cases as the next writer, which continues the log. */
import fs from 'node:fs';
import { join } from 'node:path';
import { inRealThreads, installStandIn } from '../judging/in-process-writer.ts';
import type { Reading } from '../judging/reading.ts';
import { LOG_NAME } from './names.ts';

installStandIn(); // before the engine is loaded

const { judgeCases } = await import('../judging/pool.ts');
const { Ledger } = await import('../judging/ledger.ts');
const { Findings, readThrough } = await import('../judging/reading.ts');
const { writeOn } = await import('../judging/writing.ts');

export interface CutJob {
  /** The folder with the image; deleted afterwards. */
  readonly folder: string;
  /**
   * `reader`: only read. `writer`: then open the log as its writer and continue. `keeper`: also snapshot, compact and
   * verify. `thread`: the same with the engine's real thread.
   */
  readonly as: 'reader' | 'writer' | 'keeper' | 'thread';
}

export interface LedgerSetting {
  readonly seed: number;
  readonly commits: number;
}

/** What a reader found, and what the writer found after it. */
export interface CutVerdict {
  readonly read: Reading;
  readonly written?: Reading | undefined;
}

judgeCases((setting: LedgerSetting) => {
  const ledger = new Ledger(setting.seed, setting.commits);
  return async ({ folder, as }: CutJob): Promise<CutVerdict> => {
    const path = join(folder, LOG_NAME);
    try {
      const read = new Findings();
      await readThrough(read, ledger, { path });
      // If the creation of the log was interrupted, a reader finds no log, and a writer finds a new one.
      if (as === 'reader' && read.head !== undefined) return { read: read.reading };
      const written = new Findings();
      const write = (): Promise<void> =>
        writeOn(written, ledger, path, { thoroughly: as === 'keeper' || as === 'thread' });
      await (as === 'thread' ? inRealThreads(write) : write());
      return { read: read.reading, written: written.reading };
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  };
});
