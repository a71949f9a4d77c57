/** Random commands against one pair of servers, and the ways that their data takes in between. */
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRedisServer, exportAof, type ImportOptions, importFiles } from '../../../src/redis/index.ts';
import { dataDifferences } from '../../redis/differential/data.ts';
import { differencesOf, ROUND } from '../../redis/differential/run.ts';
import { TEMPLATES } from '../../redis/differential/templates.ts';
import { RealProcess, RefoldProcess } from '../../redis/processes.ts';
import { TestClient } from '../../redis/test-client.ts';
import { type Defect, withDefect } from '../redis/defects.ts';

export interface SegmentOptions {
  readonly seed: number;
  readonly commands: number;
  /** It is made, and deleted afterwards. */
  readonly folder: string;
  /** Where processes keep their compiled code. */
  readonly cache: string;
  /** For negative controls. */
  readonly defect?: Defect;
  readonly defectAfterKill?: Defect;
}

export interface SegmentReport {
  readonly commands: number;
  readonly differences: readonly string[];
  /** How often the data was compared, by occasion. */
  readonly checks: ReadonlyMap<string, number>;
}

/** Commands after which the data takes every way. */
const WAYS_EVERY = 5_000;
/** Commands after which the real server rewrites its AOF, so that both forms of an AOF are imported. */
const REWRITE_EVERY = 10_000;
const APPENDING = ['--appendonly', 'yes', '--appendfsync', 'no'];
const SERVING = ['--appendfsync', 'always', '--enable-debug-command', 'yes'];

export async function runSegment(options: SegmentOptions): Promise<SegmentReport> {
  mkdirSync(options.folder, { recursive: true });
  const segment = await Segment.start(options);
  try {
    return await segment.run();
  } finally {
    await segment.end();
    rmSync(options.folder, { recursive: true, force: true });
  }
}

class Segment {
  readonly #options: SegmentOptions;
  readonly #path: string;
  readonly #real: RealProcess;
  #ours: RefoldProcess;
  readonly #pair: { ours: TestClient; theirs: TestClient };
  readonly #checks = new Map<string, number>();
  #done = 0;

  private constructor(options: SegmentOptions, path: string, ours: RefoldProcess, real: RealProcess) {
    this.#options = options;
    this.#path = path;
    this.#ours = ours;
    this.#real = real;
    this.#pair = { ours: ours.client, theirs: real.client };
  }

  static async start(options: SegmentOptions): Promise<Segment> {
    const { folder, cache, seed, defect } = options;
    const path = join(folder, 'redis.db');
    const home = join(folder, 'real');
    mkdirSync(home);
    const preamble = ['--aof-use-rdb-preamble', seed % 2 === 0 ? 'yes' : 'no'];
    const real = await RealProcess.start(home, [...APPENDING, ...preamble]);
    return new Segment(
      options,
      path,
      await RefoldProcess.start({ path, cache, args: SERVING, ...withDefect(defect) }),
      real,
    );
  }

  async end(): Promise<void> {
    await Promise.all([this.#ours.kill(), this.#real.kill()]);
  }

  async run(): Promise<SegmentReport> {
    const { seed, commands } = this.#options;
    const differences = await differencesOf(this.#pair, {
      seed,
      commands,
      templates: TEMPLATES,
      between: (done) => this.#between(done),
    });
    return { commands: this.#done, differences, checks: this.#checks };
  }

  async #between(done: number): Promise<readonly string[]> {
    this.#done = done;
    this.#count(`${ROUND} commands`);
    if (done % WAYS_EVERY !== 0) return [];
    await this.#deleteExpired();
    for (const [name, differences] of [
      ['SIGKILL and recovery', () => this.#killAndRecover()],
      ['export to a real Redis', () => this.#exportToReal()],
      ['import of its AOF', () => this.#importAof()],
      ['import of its RDB file', () => this.#importRdb()],
    ] as const) {
      const found = await differences();
      if (found.length > 0) return [`after ${name}:`, ...found];
      this.#count(name);
    }
    if (done % REWRITE_EVERY === 0) await this.#real.call('BGREWRITEAOF');
    return [];
  }

  #count(name: string): void {
    this.#checks.set(name, (this.#checks.get(name) ?? 0) + 1);
  }

  /** A server that loads data deletes what has expired. So both servers delete it now: they do when a command meets it. */
  async #deleteExpired(): Promise<void> {
    const keys = ['s', 'l', 'h', 'u', 'z', 'x', 'n', 'p', 'g'].flatMap((kind) => [0, 1, 2, 3].map((at) => kind + at));
    for (const client of [this.#pair.ours, this.#pair.theirs]) {
      for (const database of [1, 0]) {
        await client.call('SELECT', database);
        await client.call('EXISTS', ...keys);
      }
    }
  }

  async #killAndRecover(): Promise<string[]> {
    const { defectAfterKill, defect, cache } = this.#options;
    await this.#ours.kill();
    const broken = withDefect(defectAfterKill ?? defect);
    this.#ours = await RefoldProcess.start({ path: this.#path, cache, args: SERVING, ...broken });
    this.#pair.ours = this.#ours.client;
    await this.#pair.ours.call('DEBUG', 'SET-ACTIVE-EXPIRE', 0);
    return dataDifferences(this.#pair.ours, this.#pair.theirs);
  }

  async #exportToReal(): Promise<string[]> {
    const home = this.#fresh('exported');
    await exportAof({ path: this.#path, folder: join(home, 'appendonlydir') });
    const loaded = await RealProcess.start(home, APPENDING);
    try {
      return await dataDifferences(this.#pair.ours, loaded.client);
    } finally {
      await loaded.kill();
    }
  }

  /** What Redis itself loads from its AOF counts. It is not always what the server had before. */
  async #importAof(): Promise<string[]> {
    const home = this.#fresh('aof');
    cpSync(join(this.#real.folder, 'appendonlydir'), join(home, 'appendonlydir'), { recursive: true });
    const source = { aof: join(home, 'appendonlydir') };
    const path = join(home, 'imported.db');
    await importFiles({ path, source });
    const loaded = await RealProcess.start(home, APPENDING);
    try {
      return await importedDifferences(path, loaded.client);
    } finally {
      await loaded.kill();
    }
  }

  async #importRdb(): Promise<string[]> {
    await this.#real.call('SAVE');
    const source: ImportOptions['source'] = { rdb: join(this.#real.folder, 'dump.rdb') };
    const path = join(this.#fresh('rdb'), 'imported.db');
    await importFiles({ path, source });
    return importedDifferences(path, this.#pair.theirs);
  }

  #fresh(name: string): string {
    const path = join(this.#options.folder, name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path);
    return path;
  }
}

/** Serves a log, and compares its data with a real server's. */
async function importedDifferences(path: string, real: TestClient): Promise<string[]> {
  const config = { 'enable-debug-command': 'yes' };
  await using server = await createRedisServer({ path, port: 0, config, log: () => undefined });
  const client = await TestClient.open(server.port);
  try {
    return await dataDifferences(client, real);
  } finally {
    client.end();
  }
}
