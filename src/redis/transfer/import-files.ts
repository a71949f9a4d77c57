/** `refold import NEW --aof DIR` and `--rdb FILE`: what a real Redis wrote, as events in a new log. */
import { openStore, RefoldError, type Store } from '../../index.ts';
import { rewriteCommands } from '../files/aof/write-commands.ts';
import { RedisFileError } from '../files/bytes/file-error.ts';
import { type AofRecord, FileProblem, findAof, readAof, readRdbFile, sizeOf } from '../files/read-files.ts';
import type { RedisEntry } from '../files/values/value.ts';
import { sizeOf as sizeOfValue } from '../files/values/value.ts';
import type { KeySpace } from '../model/key-space.ts';
import { keySpaceModel } from '../model/model.ts';
import { countKeys, type KeyCounts, Pace, type TransferProgress } from './counts.ts';
import { CommandReplay } from './replay.ts';

export interface ImportOptions {
  /** The log to make. Nothing is at this path. */
  readonly path: string;
  /** What to read; exactly one of the two. */
  readonly source: { readonly aof: string } | { readonly rdb: string };
  /** Goes on without functions, values of modules, and commands that this server does not have. Default false. */
  readonly skipUnsupported?: boolean;
  readonly onTransfer?: (progress: TransferProgress) => void;
}

/** What a file has and this server does not support. */
export interface Unsupported {
  /** Function libraries. */
  readonly functions: number;
  /** Keys whose values only a module can read. */
  readonly moduleKeys: number;
  /** Other data of modules. */
  readonly moduleData: number;
  /** Commands that run scripts or that only newer servers or modules have. */
  readonly commands: number;
}

export interface Imported {
  readonly lastSequence: number;
  readonly keys: KeyCounts;
  /** Commands that were executed. */
  readonly commands: number;
  /** Keys of an RDB file whose time had come; Redis leaves them out as well. */
  readonly expired: number;
  readonly skipped: Unsupported;
  /** Where the last file of an AOF is torn: what follows was left out. */
  readonly tornAt?: number;
}

/**
 * Makes a new log from the files of a Redis.
 *
 * @throws RefoldError `LOG_CORRUPT` for a damaged file, `FORMAT_TOO_NEW` for one of a newer Redis, `INVALID_OPTION` when
 * there is no such file, or it has what is not supported
 */
export async function importFiles(options: ImportOptions): Promise<Imported> {
  const { path, source } = options;
  try {
    await using store = (await openStore(keySpaceModel, {
      path,
      durability: 'os',
      fold: 'direct',
      strict: false,
      recoverWithin: NO_SNAPSHOT_MS,
    })) as Store<KeySpace>;
    using replay = new CommandReplay(store);
    const session = new ImportSession(store, replay, options);
    const tornAt = await session.read('aof' in source ? aofRecords(source.aof) : rdbRecords(source.rdb));
    return { ...session.result(), ...(tornAt !== undefined && { tornAt }) };
  } catch (error) {
    throw explained(error);
  }
}

/** A snapshot is taken at the end only. */
const NO_SNAPSHOT_MS = 24 * 3_600_000;

/** Records to import, how large they are together, and how much of it was read. */
interface Source {
  readonly records: Generator<AofRecord, { readonly offset: number } | undefined>;
  readonly bytes: number;
  readonly read: () => number;
  /** Whether keys whose time has come are left out, as Redis does when it loads an RDB file alone. */
  readonly dropsExpired: boolean;
}

function aofRecords(path: string): Source {
  const files = findAof(path);
  let read = 0;
  const records = readAof(files, (bytes) => {
    read = bytes;
  });
  return { records, bytes: sizeOf(files), read: () => read, dropsExpired: false };
}

function rdbRecords(path: string): Source {
  const file = { folder: '', files: [path] };
  let read = 0;
  const records = readRdbFile(path, (bytes) => {
    read = bytes;
  });
  return { records, bytes: sizeOf(file), read: () => read, dropsExpired: true };
}

class ImportSession {
  readonly #store: Store<KeySpace>;
  readonly #replay: CommandReplay;
  readonly #options: ImportOptions;
  readonly #skipped = { functions: 0, moduleKeys: 0, moduleData: 0, commands: 0 };
  /** Names of commands that are not supported. */
  readonly #unknown = new Set<string>();
  #expired = 0;
  /** The database of the next key of an RDB file; unknown after commands. */
  #selected: number | undefined;

  constructor(store: Store<KeySpace>, replay: CommandReplay, options: ImportOptions) {
    this.#store = store;
    this.#replay = replay;
    this.#options = options;
  }

  /** Imports all records, and returns where the last file is torn. */
  async read(source: Source): Promise<number | undefined> {
    try {
      return await this.#read(source);
    } finally {
      source.records.return(undefined); // closes the file that is open
    }
  }

  async #read({ records, bytes, read, dropsExpired }: Source): Promise<number | undefined> {
    const pace = new Pace();
    const now = Date.now();
    for (;;) {
      const next = records.next();
      if (next.done) {
        this.#requireSupported();
        await this.#replay.finish();
        return next.value?.offset;
      }
      for (const commands of this.#commandsOf(next.value, dropsExpired ? now : undefined)) {
        this.#replay.add(commands);
        if (this.#replay.isDue) await this.#replay.commit();
      }
      this.#options.onTransfer?.({ done: read(), total: bytes, unit: 'bytes' });
      await pace.pause();
    }
  }

  result(): Omit<Imported, 'tornAt'> {
    return {
      lastSequence: this.#store.sequence,
      keys: countKeys(this.#store.state as KeySpace),
      commands: this.#replay.commands,
      expired: this.#expired,
      skipped: this.#skipped,
    };
  }

  /** The commands of a record; counts what is not supported. */
  *#commandsOf(record: AofRecord, now: number | undefined): Generator<readonly (readonly string[])[]> {
    switch (record.kind) {
      case 'entry':
        yield* this.#commandsOfEntry(record, now);
        break;
      case 'commands': {
        const [known, unknown] = parted(record.commands, CommandReplay.isKnown);
        this.#skipped.commands += unknown.length;
        this.#selected = undefined;
        for (const [name] of unknown) if (this.#unknown.size < NAMES_SHOWN) this.#unknown.add(name!.toUpperCase());
        yield known;
        break;
      }
      case 'file':
        yield this.#select(0);
        break;
      case 'function':
        this.#skipped.functions += 1;
        break;
      case 'module-key':
        this.#skipped.moduleKeys += 1;
        break;
      case 'module-data':
        this.#skipped.moduleData += 1;
    }
  }

  *#commandsOfEntry(entry: RedisEntry, now: number | undefined): Generator<readonly (readonly string[])[]> {
    if (sizeOfValue(entry.value) === 0 && entry.value.kind !== 'stream') return; // old servers left some; Redis drops them
    if (now !== undefined && entry.expireAt !== undefined && entry.expireAt < now) {
      this.#expired += 1;
      return;
    }
    yield this.#select(entry.database);
    for (const command of rewriteCommands([entry])) if (command[0] !== 'SELECT') yield [command];
  }

  /** The command that selects a database, unless it is the one that was selected last. */
  #select(database: number): readonly (readonly string[])[] {
    if (this.#selected === database) return [];
    this.#selected = database;
    return [['SELECT', String(database)]];
  }

  /** Everything is counted first, so that one message tells it all. */
  #requireSupported(): void {
    const { functions, moduleKeys, moduleData, commands } = this.#skipped;
    if (this.#options.skipUnsupported === true || functions + moduleKeys + moduleData + commands === 0) return;
    const found = Object.entries({
      'function libraries': functions,
      'keys of modules': moduleKeys,
      'other data of modules': moduleData,
      [`commands that are not supported, such as ${[...this.#unknown].join(', ')}`]: commands,
    }).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
    throw new RefoldError('INVALID_OPTION', `Cannot import everything in it (${found.join(', ')})`, {
      hint: 'Add --skip-unsupported to import the rest',
    });
  }
}

/** In a message. */
const NAMES_SHOWN = 5;

/** The items that pass the test, and the others. */
function parted<Item>(items: readonly Item[], passes: (item: Item) => boolean): readonly [Item[], Item[]] {
  return [items.filter(passes), items.filter((item) => !passes(item))];
}

/** Problems of files as errors of refold. */
function explained(error: unknown): unknown {
  if (!(error instanceof FileProblem)) return error;
  const { path, cause, message } = error;
  const details = { path, cause };
  const what = `Cannot read ${path}: ${message}`;
  if (!(cause instanceof RedisFileError)) {
    return new RefoldError('INVALID_OPTION', what, {
      ...details,
      hint: 'Give the path of an AOF or RDB file of Redis',
    });
  }
  if (cause.kind === 'unsupported') {
    return new RefoldError('INVALID_OPTION', what, { ...details, hint: 'This server cannot hold what is there' });
  }
  if (cause.kind === 'too-new') {
    const hint = 'Write the file with Redis 7.0 or before';
    return new RefoldError('FORMAT_TOO_NEW', what, { ...details, hint });
  }
  const hint = 'Check the file with redis-check-aof or redis-check-rdb, or take another copy';
  return new RefoldError('LOG_CORRUPT', what, { ...details, hint });
}
