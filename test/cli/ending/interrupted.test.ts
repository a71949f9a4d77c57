/**
 * Ctrl-C or a SIGTERM at any moment of a command: it ends quietly with exit code 130, leaves nothing behind, and the log is as before
 * and usable. A command that is done before ends as usual.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type LogInfo, openLog } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { chanceOf } from '../../faults/judging/chance.ts';
import { RUNS_ALL } from '../../sample.ts';
import { CART, exitOf, fixture, startRefold, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const long = inFolder('long.db');
const lines = inFolder('lines.jsonl');
const EVENTS = 30_000;
const MODEL = ['--model', CART];
let before: LogInfo;

beforeAll(async () => {
  await using log = await openLog({ path: long, readOnly: false });
  await log.import(
    Array.from({ length: EVENTS }, (_, n) => ({ type: 'PriceSet', data: { sku: `s${n % 2_000}`, price: n } })),
  );
  before = await log.info();
  await log.close();
  const made = startRefold(['export', long, '--out', lines]);
  expect(await exitOf(made)).toBe(0);
});

interface Command {
  readonly args: readonly string[];
  /** What it makes in its folder when it is not interrupted. */
  readonly makes?: string;
  /** How many events that has; default all. */
  readonly events?: number;
}

/** The log is `log.db` in the folder of the command. */
const COMMANDS: readonly Command[] = [
  { args: ['info', 'log.db', '--types'] },
  { args: ['events', 'log.db'] },
  { args: ['events', 'log.db', '--where', 'data.price contains 7', '--reverse'] },
  { args: ['events', 'log.db', '--follow'] },
  { args: ['state', 'log.db', ...MODEL] },
  { args: ['at', 'log.db', '50%', ...MODEL] },
  { args: ['diff', 'log.db', 'first', 'last', ...MODEL] },
  { args: ['why', 'log.db', 'prices.s1', ...MODEL] },
  { args: ['bisect', 'log.db', 'fewItems', '--every-event', ...MODEL] },
  { args: ['rehearse', 'log.db', '--next', CART, ...MODEL] },
  { args: ['replay', 'log.db', ...MODEL] },
  { args: ['replay', 'log.db', '--verify', ...MODEL] },
  { args: ['replay', 'log.db', '--speed', '1x', ...MODEL] },
  { args: ['verify', 'log.db', ...MODEL] },
  { args: ['doctor', 'log.db', ...MODEL] },
  { args: ['check', 'log.db', ...MODEL] },
  { args: ['snapshot', 'log.db', ...MODEL] },
  { args: ['compact', 'log.db'] },
  { args: ['retag', 'log.db', '--model', fixture('tagged.ts')] },
  { args: ['backup', 'log.db', 'copy.db'], makes: 'copy.db' },
  { args: ['restore', 'log.db', 'copy.db'], makes: 'copy.db' },
  { args: ['restore', 'log.db', '--at', '50%', '--out', 'copy.db'], makes: 'copy.db', events: EVENTS / 2 },
  { args: ['export', 'log.db', '--out', 'lines.jsonl'], makes: 'lines.jsonl' },
  { args: ['export', 'log.db', '--sqlite', 'table.db'], makes: 'table.db' },
  { args: ['import', 'copy.db', '--in', lines], makes: 'copy.db' },
  { args: ['import', 'copy.db', '--in', lines, ...MODEL], makes: 'copy.db' },
];

const SEED = Math.floor(Math.random() * 2 ** 31);
const CASES = RUNS_ALL ? 200 : 6;

describe.concurrent('a signal ends quietly', () => {
  test.each(Array.from({ length: CASES }, (_, number) => number))(`case %i of seed ${SEED}`, async (number) => {
    const chance = chanceOf(SEED, number);
    const command = chance.pick(COMMANDS);
    const signal = chance.pick(['SIGINT', 'SIGTERM'] as const);
    const delay = 100 + chance.below(RUNS_ALL ? 1_500 : 700);
    const folder = inFolder(`case-${number}`);
    mkdirSync(folder);
    copyFileSync(long, join(folder, 'log.db'));
    const about = `${command.args.join(' ')}, ${signal} after ${delay} ms`;
    const { code, stderr } = await interrupted(command, folder, signal, delay);
    expect({ code: [0, 130].includes(code) ? 0 : code, stderr }, about).toEqual({ code: 0, stderr: '' });
    const isMade = command.makes !== undefined && existsSync(join(folder, command.makes));
    expect(filesIn(folder), about).toEqual(isMade ? ['log.db', command.makes].sort() : ['log.db']);
    // The signal may come when everything is done.
    if (isMade) expect(await eventsIn(join(folder, command.makes)), about).toBe(command.events ?? EVENTS);
    else expect(code === 0 && command.makes !== undefined, about).toBe(false);
    await using log = await openLog({ path: join(folder, 'log.db'), readOnly: false });
    expect(await log.verify(), about).toMatchObject({ ok: true, events: EVENTS });
    expect((await log.info()).chain, about).toBe(before.chain);
  });

  /** Without what belongs to any log that was opened. */
  function filesIn(folder: string): string[] {
    return readdirSync(folder).filter((name) => !/\.db-(?:wal|shm|lock|witness|ballast)$/.test(name));
  }
});

/** The events in a copy, in lines or in a table: all of them must be there. */
async function eventsIn(path: string): Promise<number> {
  if (path.endsWith('.jsonl')) return readFileSync(path, 'utf8').split('\n').length - 1;
  if (path.endsWith('table.db')) {
    using database = new DatabaseSync(path, { readOnly: true });
    return Number(database.prepare('select count(*) as number from events').get()!.number);
  }
  await using log = await openLog({ path });
  return (await log.verify()).events;
}

async function interrupted(
  { args }: Command,
  folder: string,
  signal: 'SIGINT' | 'SIGTERM',
  delay: number,
): Promise<{ readonly code: number; readonly stderr: string }> {
  const child = startRefold(args, { cwd: folder });
  child.stdin!.end();
  child.stdout!.resume();
  const stderr = text(child.stderr!);
  const ended = exitOf(child);
  await Promise.race([pause(delay), ended]);
  child.kill(signal);
  // Before refold has begun, the signal ends the process itself. A shell says 130 as well, or 143.
  const code = (await ended) ?? 130;
  return { code, stderr: (await stderr).replace(/^asking after .*\n/, '') };
}
