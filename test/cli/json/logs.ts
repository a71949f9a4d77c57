/** The logs that the calls are about. Their times are those of a clock that the test holds. */
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { defineReactor, openStore } from 'refold';
import { importFiles } from '../../../src/redis/index.ts';
import { bank, openings, untagged } from '../fixtures/bank.ts';

/** When the first event is recorded, in ms since the epoch. Each commit comes a minute after the one before. */
export const START: number = Date.UTC(2024, 0, 31, 12);

const DAY = '2024-01-31T00:00:00.000Z';

/** What happens to Ada, Bob and Eve: a note that is taken back, a limit that is taken away, an account that closes, a debt. */
const COMMITS: readonly (readonly { type: string; data: object; meta?: object }[])[] = [
  [{ type: 'RateSet', data: { tier: 2, rate: 0.5 }, meta: { by: 'web' } }],
  [
    { type: 'Opened', data: { account: 'ada', owner: 'Ada', day: DAY } },
    { type: 'Opened', data: { account: 'bob', owner: 'Bob', day: DAY } },
  ],
  [{ type: 'Deposited', data: { account: 'ada', cents: 500 } }],
  [{ type: 'Noted', data: { account: 'ada', note: 'a \u202e mark' } }],
  [{ type: 'Limited', data: { account: 'ada', limit: 7 } }],
  [{ type: 'Withdrawn', data: { account: 'ada', cents: 200 } }],
  [{ type: 'Noted', data: { account: 'ada', note: null } }],
  [{ type: 'Limited', data: { account: 'ada' } }],
  [{ type: 'Opened', data: { account: 'eve', owner: 'Eve', day: DAY } }],
  [{ type: 'Withdrawn', data: { account: 'bob', cents: 40 } }],
  [{ type: 'RateSet', data: { tier: 1, rate: 0.25 } }],
  [{ type: 'Closed', data: { account: 'eve' } }],
];

/** Ada's account is opened before Bob's, and then again. */
const REOPENED: typeof COMMITS = [
  COMMITS[1]!,
  [{ type: 'Closed', data: { account: 'ada' } }],
  [{ type: 'Opened', data: { account: 'ada', owner: 'Ada', day: DAY } }],
];

async function makeLog(path: string, model: any = bank, commits = COMMITS): Promise<void> {
  let now = START;
  await using store: { append(events: any): Promise<unknown> } & AsyncDisposable = await openStore(model, {
    path,
    clock: () => now,
  });
  for (const commit of commits) {
    await store.append(commit);
    now += 60_000;
  }
}

/** A log with whatever a log may have beside its events. It stays open for writing until it is disposed. */
async function openBusyLog(path: string): Promise<AsyncDisposable> {
  const store = await openStore(bank, { path, clock: () => START });
  await store.append({ type: 'RateSet', data: { tier: 1, rate: 0.25 } }, { commandId: 'c-1' });
  await store.append({ type: 'Opened', data: { account: 'ada', owner: 'Ada', day: DAY } });
  await (await store.project(openings)).save();
  const letters = { name: 'letters', from: 'start', retry: { attempts: 1 }, onExhausted: 'park' } as const;
  const fails = async (): Promise<void> => Promise.reject(new Error('there is no address'));
  await (await store.react(defineReactor(bank, { ...letters, on: { Opened: fails } }))).caughtUp();
  await store.redact({ types: ['Opened'] }, { by: 'anna' });
  return store;
}

/** Makes all logs of a folder. */
export async function makeLogs(folder: string): Promise<AsyncDisposable> {
  const inFolder = (name: string): string => join(folder, name);
  await makeLog(inFolder('bank.db'));
  await makeLog(inFolder('old.db'), untagged);
  await makeLog(inFolder('empty.db'), bank, []);
  await makeLog(inFolder('order.db'), bank, REOPENED);
  await damage(inFolder('bank.db'), inFolder('damaged.db'));
  writeFileSync(inFolder('nothing.db'), 'this is not a log');
  writeFileSync(inFolder('keys.aof'), KEYS);
  await importFiles({ path: inFolder('keys.db'), source: { aof: inFolder('keys.aof') } });
  return openBusyLog(inFolder('busy.db'));
}

/** The append-only file of a Redis with two keys. */
const KEYS = [
  ['SELECT', '0'],
  ['SET', 'a', '1'],
  ['RPUSH', 'b', 'x', 'y'],
]
  .map((words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`)
  .join('');

/** A folder beside with copies of these logs: what a command does to them, the next one does not see. */
export function copyLogs(folder: string, name: string): string {
  const copy = join(folder, name);
  mkdirSync(copy);
  for (const file of readdirSync(folder)) {
    if (/^(?!busy).*(?:\.db|\.aof|-witness)$/.test(file)) copyFileSync(join(folder, file), join(copy, file));
  }
  return copy;
}

/** A copy in which the block of the fourth event has another payload than it had. */
async function damage(from: string, to: string): Promise<void> {
  copyFileSync(from, to);
  const database = new Database(to);
  database.exec(`update blocks set payload = replace(payload, '500', '501') where first_sequence = 4`);
  database.close();
}
