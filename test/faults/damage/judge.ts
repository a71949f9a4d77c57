/** Opens a damaged log at every door: reads it through, looks back, verifies, replays, and becomes its next writer. */
import fs from 'node:fs';
import { join } from 'node:path';
import { inRealThreads, installStandIn } from '../judging/in-process-writer.ts';
import type { Reading } from '../judging/reading.ts';
import { COMMITS, harmed, layFiles, readLog } from './prepared.ts';

installStandIn(); // before the engine is loaded

const { chanceOf } = await import('../judging/chance.ts');
const { judgeCases } = await import('../judging/pool.ts');
const { Ledger } = await import('../judging/ledger.ts');
const { Findings, lookBack, readThrough, replayThrough, verifyThrough } = await import('../judging/reading.ts');
const { writeOn } = await import('../judging/writing.ts');
const { openUncheckedLog } = await import('./unchecked-log.ts');

export interface DamageSetting {
  readonly seed: number;
  /** The folder of the log before it was damaged. */
  readonly sound: string;
  /** For the cases; each judge makes a folder of its own in it. */
  readonly scratch: string;
}

/** What is tried besides reading through. `upkeep` and `thread` say how it is written: with all upkeep, in a real thread. */
export type Door = 'verify' | 'at' | 'replay' | 'write' | 'upkeep' | 'thread';

export interface DamageJob {
  readonly number: number;
  /** The files that differ, by suffix; undefined for one that is gone. */
  readonly changed: ReadonlyMap<string, Uint8Array | undefined>;
  readonly doors: readonly Door[];
  /** The control: read with the checks switched off. */
  readonly unchecked?: boolean;
}

export interface DamageVerdict {
  readonly read: Reading;
  readonly written?: Reading | undefined;
}

judgeCases((setting: DamageSetting) => {
  const ledger = new Ledger(setting.seed, COMMITS);
  const sound = readLog(setting.sound);
  const scratch = join(setting.scratch, `judge-${process.pid}`);
  return async ({ number, changed, doors, unchecked = false }: DamageJob): Promise<DamageVerdict> => {
    fs.mkdirSync(scratch, { recursive: true });
    try {
      const path = layFiles(scratch, harmed(sound, changed));
      const read = new Findings();
      if (unchecked) {
        await readUnchecked(read, path);
        return { read: read.reading };
      }
      const chance = chanceOf(setting.seed, number);
      await readThrough(read, ledger, { path }, async (store) => {
        if (doors.includes('verify')) await read.door('verify', () => verifyThrough(read, ledger, store));
        if (doors.includes('at')) await lookBack(read, ledger, store, chance);
      });
      if (doors.includes('replay')) await replayThrough(read, ledger, path);
      return { read: read.reading, written: await writeAfter(path, doors) };
    } finally {
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  };

  async function writeAfter(path: string, doors: readonly Door[]): Promise<Reading | undefined> {
    if (!doors.includes('write')) return undefined;
    const written = new Findings();
    const thoroughly = doors.includes('upkeep');
    const write = (): Promise<void> => writeOn(written, ledger, path, { thoroughly, retries: 3 });
    await (doors.includes('thread') ? inRealThreads(write) : write());
    return written.reading;
  }

  async function readUnchecked(findings: InstanceType<typeof Findings>, path: string): Promise<void> {
    const log = await findings.door('open', async () => openUncheckedLog(path));
    if (log !== undefined) await readThrough(findings, ledger, { log });
  }
});
