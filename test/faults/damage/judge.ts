/**
 * Opens a damaged log in every way: reads it completely, reads past states, verifies, replays, and becomes its next
 * writer.
 */
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
  /** The folder with the undamaged log. */
  readonly sound: string;
  /** The folder for the cases. Each judge creates a subfolder in it. */
  readonly scratch: string;
}

/**
 * What the judge tries besides reading. `upkeep` and `thread` define how it writes: with all upkeep, in a real thread.
 */
export type Door = 'verify' | 'at' | 'replay' | 'write' | 'upkeep' | 'thread';

export interface DamageJob {
  readonly number: number;
  /** The changed files, by suffix; undefined for a missing file. */
  readonly changed: ReadonlyMap<string, Uint8Array | undefined>;
  readonly doors: readonly Door[];
  /** The control: reads with the checks switched off. */
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
