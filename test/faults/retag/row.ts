/**
 * SIGKILL at every step of a retag: the log is readable, every answer is complete, and the next retag finishes.
 *
 * The steps are the calls of the writing threads to SQLite. For each kind of call the kill comes at the first one, then
 * at the second one, and so on, until a victim ends before its kill. A part of them is every fourth step, or every eighth.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { openLog, openStore, type RecordedEvent } from '../../../src/index.ts';
import { checksumOf } from '../../../src/log/blocks/block.ts';
import { chanceOf } from '../judging/chance.ts';
import { withScratch } from '../judging/scratch.ts';
import type { Kill, Moment } from '../kill/plan.ts';
import { type Control, type FaultRow, ROW_SHARE, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { describeCounts } from '../work.ts';
import { ACCOUNTS, EVENTS, moveAt, type RetagVictim, SEALED, taggedModel, untaggedModel } from './victim.ts';

const REQUIRED = { short: tierOne(35), long: 100 };
const MOMENTS: readonly Moment[] = ['seal', 'commit', 'checkpoint'];
const WHENS = ['before', 'during', 'after'] as const;
const VICTIM = fileURLToPath(new URL('./victim.ts', import.meta.url));
const KILL_POINTS = new URL('../kill/kill-points.ts', import.meta.url).href;
/** A victim that reaches neither its kill nor its end in this time hangs. */
const PATIENCE_MS = 120_000;

export const row: FaultRow = {
  name: 'retag',
  waits: true,
  required: REQUIRED,
  missing: () => (process.platform === 'win32' ? 'there is no SIGKILL on Windows' : undefined),
  run: (options) => withScratch(options.folder, (folder) => runRow({ ...options, folder })),
};

async function runRow({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const base = join(folder, 'base');
  await makeLog(base);
  const kills = new Map<string, number>();
  const violations: string[] = [];
  for (let round = 0; round < (long ? 3 : 1); round++) {
    for (const moment of MOMENTS) {
      for (const when of WHENS) {
        for (let nth = 1; ; nth += long ? 1 : ROW_SHARE) {
          const chance = chanceOf(seed, round, nth);
          const second: Kill = { at: 'moment', moment: chance.pick(MOMENTS), nth: 1 + chance.below(3), when };
          const story = await tell(base, join(folder, 'case'), [
            { at: 'moment', moment, nth, when },
            ...(round === 0 ? [] : [second]),
          ]);
          violations.push(...story.violations.map((text) => `${text}; ${when} ${moment} ${nth}, round ${round}`));
          if (story.killed === 0) break;
          kills.set(moment, (kills.get(moment) ?? 0) + story.killed);
        }
      }
      say(`${describeCounts(kills)}`);
    }
  }
  const cases = [...kills.values()].reduce((sum, count) => sum + count, 0);
  return { cases, violations, notes: [`killed at: ${describeCounts(kills)}`], controls: [await hiding(base, folder)] };
}

/** Blocks that were sealed without tags, and open ones after them. */
async function makeLog(folder: string): Promise<void> {
  fs.mkdirSync(folder);
  const store = await openStore(untaggedModel, { path: join(folder, 'log.db') });
  for (let sequence = 1; sequence <= EVENTS; sequence++) {
    await store.append(moveAt(sequence), { commandId: `move-${sequence}` });
    if (sequence === SEALED) await store.compact();
  }
  await store.close();
}

interface Story {
  readonly killed: number;
  readonly violations: readonly string[];
}

async function tell(base: string, folder: string, kills: readonly Kill[]): Promise<Story> {
  const path = copyOf(base, folder);
  const violations: string[] = [];
  let killed = 0;
  for (const kill of kills) {
    const death = await live({ path, kill });
    if (death.killed) killed += 1;
    else if (death.end !== 'done 0') violations.push(`a life ended with ${death.end}`);
    violations.push(...(await judge(path)));
  }
  const last = await live({ path, kill: undefined });
  if (last.end !== 'done 0') violations.push(`the last life ended with ${last.end}`);
  violations.push(...(await judge(path)), ...(await judgeStored(path)));
  return { killed, violations };
}

function copyOf(base: string, folder: string): string {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.cpSync(base, folder, { recursive: true });
  return join(folder, 'log.db');
}

/** Every event is there with its id, every query gives what a filter gives, and verify finds nothing. */
async function judge(path: string): Promise<string[]> {
  const problems: string[] = [];
  try {
    await using store = await openStore(taggedModel, { path, readOnly: true });
    const all = await Array.fromAsync(store.events());
    if (all.length !== EVENTS) problems.push(`I1: ${all.length} of ${EVENTS} events are there`);
    const changed = all.find(({ sequence, data, commandId }) => {
      const { account, memo } = moveAt(sequence).data;
      return data.account !== account || data.memo !== memo || commandId !== `move-${sequence}`;
    });
    if (changed !== undefined) problems.push(`I2: the event at ${changed.sequence} has changed`);
    for (let number = 0; number < ACCOUNTS; number++) {
      problems.push(...(await compare(number, store.events({ tag: `account:a${number}` }))));
    }
    problems.push(...(await store.verify()).problems.map(({ message }) => `I6: verify: ${message}`));
  } catch (error) {
    problems.push(`I6: it cannot be read: ${String(error)}`);
  }
  return problems;
}

/** After the last life the stored tags alone give the whole answer. */
async function judgeStored(path: string): Promise<string[]> {
  await using log = await openLog({ path });
  return await compare(1, log.events({ tag: 'account:a1' }));
}

async function compare(account: number, events: AsyncIterable<RecordedEvent>): Promise<string[]> {
  const found = (await Array.fromAsync(events)).map(({ sequence }) => sequence);
  const expected = Array.from({ length: EVENTS }, (_, index) => index + 1).filter((at) => at % ACCOUNTS === account);
  return String(found) === String(expected) ? [] : [`I2: the answer for account ${account} is not complete: ${found}`];
}

/** A list that was made for other events must be found out. */
async function hiding(base: string, folder: string): Promise<Control> {
  const path = copyOf(base, join(folder, 'control'));
  await live({ path, kill: undefined });
  const database = new Database(path);
  const rows = database.prepare('select first_sequence, block_checksum, kinds from block_tags').raw().all();
  const update = database.prepare('update block_tags set hashes = ?, checksum = ? where first_sequence = ?');
  for (const [first, ofBlock, kinds] of rows as [number, number, string][]) {
    const none = Buffer.alloc(0);
    update.run(none, checksumOf(`${first}:${ofBlock}:${kinds}:${checksumOf(none)}`), first);
  }
  database.close();
  const noticed = (await judge(path)).find((text) => text.includes('not complete'));
  return { name: 'tag lists that were made for other events', noticed };
}

/** Runs a victim until it is killed or ends. `end` is its last word. */
function live(victim: RetagVictim): Promise<{ readonly killed: boolean; readonly end: string }> {
  const options = ['--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...options, VICTIM, JSON.stringify(victim)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(victim.path, '../../compiled'),
      NODE_OPTIONS: `--import=${KILL_POINTS}`,
    },
  });
  let end = '';
  const strike = (): void => void child.kill('SIGKILL');
  const patience = setTimeout(strike, PATIENCE_MS);
  createInterface({ input: child.stdout }).on('line', (line) => {
    end = line;
    if (victim.kill?.at === 'moment' && victim.kill.when === 'during' && line.startsWith('now ')) strike();
  });
  child.stderr.on('data', (chunk) => (end += chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => {
      clearTimeout(patience);
      resolve({ killed: signal === 'SIGKILL', end });
    });
  });
}
