/** Three processes with a standby each on one log, which are stopped, woken, closed and killed in turn. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from '../../../src/index.ts';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { type History, parseDiary, parseEffects } from './history.ts';
import type { Member, MemberNews } from './member.ts';
import { fileIn, openToRead, placeOf, type ServedLog, type StoryLog } from './story-log.ts';

export interface StoryOptions {
  /** A folder for the story alone. */
  readonly folder: string;
  readonly seed: number;
  readonly rounds: number;
  /** Default: a file in the folder. */
  readonly served?: ServedLog;
  /** For the negative control. */
  readonly lies?: boolean;
}

const MEMBERS = ['a', 'b', 'c'];
/** What happens to the processes, one thing in each round. */
const ACTS = [
  'kill the writer',
  'kill the writer',
  'stop the writer',
  'stop the writer and kill it',
  'kill a replica',
  'stop a replica',
  'close the writer',
] as const;
/** Nothing is waited for longer than this. */
const PATIENCE_MS = 120_000;

/** Lives through the rounds, and gives the history. */
export async function tellStory({ folder, seed, rounds, served, lies = false }: StoryOptions): Promise<History> {
  const chance = chanceOf(seed);
  const log: StoryLog = served ?? fileIn(folder);
  const cast = MEMBERS.map(
    (name) => new Actor({ log, effects: join(folder, 'effects'), diary: join(folder, `diary-${name}`), name, lies }),
  );
  const epochs: number[] = [];
  try {
    await Promise.all(cast.map((actor) => actor.start()));
    for (let round = 0; round < rounds; round++) {
      await writerOf(cast).then((writer) => writer.appended());
      await act(cast, chance, served !== undefined);
      await (await writerOf(cast)).appended();
      epochs.push(await epochOf(log));
    }
    await settle(cast);
  } finally {
    for (const actor of cast) await actor.kill();
  }
  return readHistory(folder, log, epochs);
}

/** @param isLeased whether a writer that stops loses the log */
async function act(cast: readonly Actor[], chance: Chance, isLeased: boolean): Promise<void> {
  const writer = await writerOf(cast);
  const replica = chance.pick(cast.filter((actor) => actor !== writer));
  const ms = 5 + chance.below(150);
  await sleep(chance.below(20));
  const what = chance.pick(ACTS);
  if (what === 'stop the writer' || what === 'stop a replica') {
    const stopped = what === 'stop the writer' ? writer : replica;
    stopped.signal('SIGSTOP');
    if (isLeased && stopped === writer && chance.hit(0.7)) await succeeded(cast, writer);
    await sleep(ms);
    stopped.signal('SIGCONT');
    return;
  }
  const ended = what === 'kill a replica' ? replica : writer;
  if (what === 'stop the writer and kill it') {
    writer.signal('SIGSTOP');
    await sleep(ms);
  }
  await (what === 'close the writer' ? ended.close() : ended.kill());
  if (chance.hit(0.5)) await (await writerOf(cast)).appended();
  await ended.start();
}

/** Another member takes over from a writer that is stopped. */
async function succeeded(cast: readonly Actor[], writer: Actor): Promise<void> {
  await writerOf(cast.filter((actor) => actor !== writer));
  writer.role = 'deposed'; // as it will find out
}

/** Everybody stops appending, and the writer's reactor catches up. */
async function settle(cast: readonly Actor[]): Promise<void> {
  const writer = await writerOf(cast);
  for (const actor of cast) actor.send('stop');
  await sleep(100);
  writer.send('settle');
  await writer.settled();
  for (const actor of cast) if (actor !== writer) await actor.close();
  await writer.close();
}

/** The member that writes now, once there is one. */
async function writerOf(cast: readonly Actor[]): Promise<Actor> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const writer = cast.find(({ role }) => role === 'writer');
    if (writer !== undefined) return writer;
    if (Date.now() > end) throw new Error(`no member took over: ${cast.map(({ trouble }) => trouble).join()}`);
    await sleep(5);
  }
}

async function epochOf(at: StoryLog): Promise<number> {
  const log = await openToRead(at);
  try {
    return log.epoch;
  } finally {
    await log.close();
  }
}

async function readHistory(folder: string, at: StoryLog, epochs: readonly number[]): Promise<History> {
  await using log = await openLog(placeOf(at));
  const ids = await Array.fromAsync(log.events(), ({ data }) => (data as { id: string }).id);
  const diaries = MEMBERS.map((name) => parseDiary(fs.readFileSync(join(folder, `diary-${name}`), 'utf8')));
  const effects = parseEffects(fs.readFileSync(join(folder, 'effects'), 'utf8'));
  return { diaries, log: ids, effects, epochs };
}

/** One member, over all its lives. */
class Actor {
  role = 'none';
  trouble = '';
  readonly #member: Member;
  #child: ChildProcess | undefined;
  readonly #listeners = new Set<(news: MemberNews) => void>();

  constructor(member: Member) {
    this.#member = member;
  }

  /** Begins a life. Resolves when its store is open. */
  async start(): Promise<void> {
    const execArgv = ['--conditions=refold-source', '--no-warnings'];
    const child = fork(join(import.meta.dirname, 'member.ts'), [JSON.stringify(this.#member)], {
      execArgv,
      silent: true,
    });
    this.#child = child;
    child.stderr?.on('data', (text) => (this.trouble += text));
    child.on('message', (news: MemberNews) => {
      if (news.role !== undefined && this.#child === child) this.role = news.role;
      for (const listener of [...this.#listeners]) listener(news);
    });
    await this.#hears(({ role }) => role !== undefined);
  }

  /** Resolves when it has appended some more. */
  appended(): Promise<void> {
    return this.#hears(({ appended }) => appended === true);
  }

  settled(): Promise<void> {
    return this.#hears(({ settled }) => settled !== undefined);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  send(message: string): void {
    this.#child?.send(message);
  }

  async kill(): Promise<void> {
    await this.#end((child) => child.kill('SIGKILL'));
  }

  async close(): Promise<void> {
    await this.#end((child) => child.send('close'));
  }

  async #end(how: (child: ChildProcess) => unknown): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    this.role = 'none';
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    how(child);
    await ended;
  }

  async #hears(isIt: (news: MemberNews) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const listener = (news: MemberNews): void => {
      if (isIt(news)) resolve();
    };
    this.#listeners.add(listener);
    const silent = (): void => reject(new Error(`${this.#member.name} said nothing: ${this.trouble}`));
    const patience = setTimeout(silent, PATIENCE_MS);
    try {
      await promise;
    } finally {
      clearTimeout(patience);
      this.#listeners.delete(listener);
    }
  }
}
