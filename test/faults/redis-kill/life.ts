/** The life of one file: a server on it is killed under load, started again at once, and judged, again and again. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { firstClient, freePort, startServe } from '../../redis/processes.ts';
import type { TestClient } from '../../redis/test-client.ts';
import { type Chance, chanceOf } from '../judging/chance.ts';
import { type Defect, withDefect } from '../redis/defects.ts';
import { PoolAccount, WriterAccount } from './accounts.ts';
import { type Books, Crew } from './crew.ts';
import { type FoundPools, findHoldings, findPools } from './finding.ts';
import { POOLS, type PoolName } from './steps.ts';

export interface LifeOptions {
  readonly seed: number;
  readonly cycles: number;
  /** It is made, and deleted afterwards. */
  readonly folder: string;
  readonly cache: string;
  /** For negative controls: of every server, or of those that recover. */
  readonly defect?: Defect;
  readonly defectAfterKill?: Defect;
}

export interface LifeReport {
  readonly cycles: number;
  /** Kills before the server was ready again after a kill. */
  readonly doubleKills: number;
  readonly steps: number;
  readonly violations: readonly string[];
}

const WRITERS = 5;
/** How long the crew works before the kill, in ms. */
const SHORTEST_LOAD_MS = 60;
const LONGER_LOAD_MS = 400;
const DOUBLE_KILLS = 0.15;
const ADMINISTRATION = 0.5;

export class Life {
  readonly #options: LifeOptions;
  readonly #chance: Chance;
  readonly #books: Books;
  readonly #port: number;
  #server: ChildProcess | undefined;
  #doubleKills = 0;

  private constructor(options: LifeOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.#chance = chanceOf(options.seed, 7);
    this.#books = {
      seed: options.seed,
      writers: Array.from({ length: WRITERS }, (_, writer) => new WriterAccount(writer)),
      pools: Object.fromEntries(POOLS.map((name) => [name, new PoolAccount(name)])) as Record<PoolName, PoolAccount>,
      moved: new Set(),
      acknowledged: new Set(),
      counted: 0,
      violations: [],
      numbers: Array.from({ length: WRITERS }, () => 0),
    };
  }

  /** Runs until all cycles are done, or something is wrong. */
  static async run(options: LifeOptions): Promise<LifeReport> {
    mkdirSync(options.folder, { recursive: true });
    const life = new Life(options, await freePort());
    try {
      return await life.#run();
    } finally {
      life.#server?.kill('SIGKILL');
      rmSync(options.folder, { recursive: true, force: true });
    }
  }

  async #run(): Promise<LifeReport> {
    const { violations, numbers } = this.#books;
    let client = await this.#start(this.#options.defect);
    await client.call('XGROUP', 'CREATE', 'pool:read', 'group', '$', 'MKSTREAM');
    let cycles = 0;
    while (cycles < this.#options.cycles && violations.length === 0) {
      await this.#load(client);
      client = await this.#start(this.#options.defectAfterKill ?? this.#options.defect);
      await this.#judge(client);
      cycles += 1;
    }
    const steps = numbers.reduce((sum, number) => sum + number, 0);
    const told = violations.map((text) => `${text} (life ${this.#options.seed}, kill ${cycles})`);
    return { cycles, doubleKills: this.#doubleKills, steps, violations: told };
  }

  /** Lets the crew work, and kills the server meanwhile. The next one starts at once. */
  async #load(client: TestClient): Promise<void> {
    const crew = await Crew.start(this.#books, this.#port, this.#chance);
    await pause(SHORTEST_LOAD_MS + this.#chance.below(LONGER_LOAD_MS));
    if (this.#chance.hit(ADMINISTRATION)) {
      client.write(this.#chance.pick(['BGSAVE\r\n', 'BGREWRITEAOF\r\n']));
      await pause(this.#chance.below(60));
    }
    this.#server!.kill('SIGKILL');
    this.#spawn(this.#options.defectAfterKill ?? this.#options.defect);
    await crew.end();
    client.end();
    if (!this.#chance.hit(DOUBLE_KILLS)) return;
    await pause(this.#chance.below(900));
    this.#server!.kill('SIGKILL');
    this.#server = undefined;
    this.#doubleKills += 1;
  }

  #spawn(defect: Defect | undefined): void {
    const { folder, cache } = this.#options;
    const args = ['--appendfsync', 'always', '--dir', folder];
    const path = join(folder, 'redis.db');
    this.#server = startServe(this.#port, { path, cache, args, ...withDefect(defect) });
  }

  /** @throws Error when the server does not start: then it does not take the lock, or cannot recover */
  async #start(defect: Defect | undefined): Promise<TestClient> {
    if (this.#server === undefined) this.#spawn(defect);
    return firstClient(this.#server!, this.#port);
  }

  async #judge(client: TestClient): Promise<void> {
    const { writers, violations } = this.#books;
    const kept: number[] = [];
    for (const [writer, account] of writers.entries()) {
      const verdict = account.judge(await findHoldings(client, writer));
      violations.push(...verdict.violations);
      kept.push(verdict.kept);
    }
    violations.push(...this.#judgePools(await findPools(client), kept));
    // What was delivered and not acknowledged is not delivered again.
    const pending = (await client.call('XPENDING', 'pool:read', 'group', '-', '+', 1_000_000)) as [string][];
    if (pending.length > 0) await client.call('XACK', 'pool:read', 'group', ...pending.map(([id]) => id));
    await client.call('DEL', 'pool:arrived');
    await client.call('XTRIM', 'pool:read', 'MAXLEN', 0);
  }

  #judgePools(found: FoundPools, kept: readonly number[]): string[] {
    const { pools, writers, moved, acknowledged, counted } = this.#books;
    const wasAcknowledged = (text: string): boolean => writers[writerOf(text)]!.wasAcknowledged(numberOf(text));
    const wasKept = (text: string): boolean => numberOf(text) <= kept[writerOf(text)]!;
    const judge = (name: PoolName, present: ReadonlySet<string>, unheard: number): string[] =>
      pools[name].judge(present, wasAcknowledged, wasKept, unheard);
    const inBoth = [...found.moved].filter((text) => found.arrived.has(text));
    const movedBack = [...moved].filter((text) => !found.arrived.has(text));
    const result = [
      ...judge('popped', found.popped, 1),
      ...judge('drawn', found.drawn, 1),
      ...judge('ranked', found.ranked, 1),
      ...judge('moved', new Set([...found.moved, ...found.arrived]), 0),
      ...pools.read.judgeStream(found.entries, found.pending, acknowledged, wasAcknowledged, wasKept),
      ...inBoth.map((text) => `I3: half of a move: ${text} is in both lists`),
      ...movedBack.map((text) => `I1: the move of ${text} was acknowledged, and it has not arrived`),
      ...(found.counter < counted ? [`I1: the counter has said ${counted}, and it is ${found.counter}`] : []),
    ];
    // What has arrived is cleared away, so that it is not offered any more.
    for (const text of found.arrived) pools.moved.take(text);
    moved.clear();
    acknowledged.clear();
    return result.slice(0, 5);
  }
}

function writerOf(text: string): number {
  return Number(text.slice(0, text.indexOf(':')));
}

function numberOf(text: string): number {
  return Number(text.slice(text.indexOf(':') + 1));
}
