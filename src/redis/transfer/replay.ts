/**
 * Runs commands of a file on a store, through the server's own table of commands.
 *
 * While Redis loads a file, no key expires: a later command may keep it. So the commands here see a clock that stands at
 * 0, and the server deletes expired keys when it runs. The log records the real time of the import.
 */
import { RefoldError, type Store } from '../../index.ts';
import { Call, type Circumstances } from '../calls/call.ts';
import { Client } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import { CommandError } from '../calls/errors.ts';
import { LARGEST_COMMIT } from '../calls/limits.ts';
import type { Config } from '../calls/parts.ts';
import { silentParts } from '../commands/silent-parts.ts';
import { commandTable } from '../commands/table.ts';
import type { AofCommand } from '../files/aof/read-commands.ts';
import { MAX_STRING_BYTES } from '../model/bytes.ts';
import { eventOf, weightOf } from '../model/effects/packed.ts';
import { type KeySpace, sizeOfSpace } from '../model/key-space.ts';
import { CommitSize } from '../server/commit-size.ts';
import { HeapGuard } from '../server/keeping/heap-guard.ts';

/** Characters and commands after which a commit is made. */
const COMMIT_LENGTH = 1 << 20;
const COMMIT_COMMANDS = 2_000;

/** Commands that run code. This server has no scripting. */
const SCRIPTING: ReadonlySet<string> = new Set(['eval', 'evalsha', 'fcall', 'function', 'script']);

export class CommandReplay implements Disposable {
  readonly #store: Store<KeySpace>;
  readonly #client = new Client(0, 0, '', '');
  readonly #parts = silentParts(UNLIMITED, true);
  readonly #heap: HeapGuard;
  #waiting: AofCommand[] = [];
  #length = 0;
  #writing: Promise<void> = Promise.resolve();
  /** Commands that were executed, or wait for the next commit. */
  commands = 0;

  constructor(store: Store<KeySpace>) {
    this.#store = store;
    this.#heap = new HeapGuard(() => sizeOfSpace(store.state as KeySpace));
  }

  [Symbol.dispose](): void {
    this.#heap.close();
  }

  /** Whether this server can execute the command at all. */
  static isKnown(command: AofCommand): boolean {
    return !SCRIPTING.has(command[0]!.toLowerCase()) && commandTable.find(command)?.run !== undefined;
  }

  /** Takes commands that belong together: they share a commit, with others. */
  add(commands: readonly AofCommand[]): void {
    for (const command of commands) {
      this.#waiting.push(command);
      this.#length += lengthOf(command);
    }
    this.commands += commands.length;
  }

  /** Whether enough waits for a commit. */
  get isDue(): boolean {
    return this.#length >= COMMIT_LENGTH || this.#waiting.length >= COMMIT_COMMANDS;
  }

  /**
   * Executes what waits, and returns when the commit before is in the log: one is written while the next is folded.
   *
   * @throws RefoldError `INVALID_OPTION` for a command that the server refuses, `STORE_FAILED` when the heap is full
   */
  async commit(): Promise<void> {
    this.#requireHeap();
    const before = this.#writing;
    const commands = this.#waiting;
    this.#waiting = [];
    this.#length = 0;
    this.#writing = this.#execute(commands);
    this.#writing.catch(() => undefined); // the next call of `commit` throws it
    await before;
  }

  /** Executes what waits. Afterwards everything is in the log. @throws as `commit` */
  async finish(): Promise<void> {
    await this.commit();
    await this.#writing;
  }

  #requireHeap(): void {
    if (!this.#heap.isFull(sizeOfSpace(this.#store.state as KeySpace))) return;
    throw new RefoldError('STORE_FAILED', 'Cannot import: the heap of Node is nearly full', {
      hint: 'Start Node with a larger heap: NODE_OPTIONS=--max-old-space-size=8192 for 8 GiB',
    });
  }

  async #execute(commands: readonly AofCommand[]): Promise<void> {
    let refusal: RefoldError | undefined;
    // No error may come out of the callback: in the direct fold it would hide behind the failure of the store.
    const size = new CommitSize(() => LARGEST_COMMIT);
    await this.#store.transact((tx) => {
      for (const command of commands) {
        const append = (type: string, data: object): void => {
          const weight = weightOf(data);
          const event = eventOf(type, data, weight);
          size.add(event, weight);
          tx.append(event as never);
        };
        const space = tx.state as KeySpace;
        const fits = (texts: readonly string[]): boolean => size.fits(texts);
        refusal = this.#run(command, { space, isPast: false, now: 0, append, fits, isLarge: () => false });
        if (refusal !== undefined) return;
      }
    });
    if (refusal !== undefined) throw refusal;
  }

  #run(command: AofCommand, circumstances: Circumstances): RefoldError | undefined {
    const row = commandTable.find(command);
    if (row?.run === undefined) return refused(command, 'this server does not have it');
    if (command.some(({ length }) => length > MAX_STRING_BYTES)) {
      return refused(command, `a string is longer than ${MAX_STRING_BYTES} bytes`);
    }
    const call = new Call(command, this.#client, this.#parts, circumstances, true);
    try {
      if (!hasArity(row, command)) return refused(command, 'wrong number of arguments');
      row.run(call);
    } catch (error) {
      if (error instanceof CommandError) return refused(command, error.message);
      throw error;
    }
    const [reply] = this.#client.reply.take();
    return typeof reply === 'string' && reply.startsWith('-') ? refused(command, reply.slice(1).trim()) : undefined;
  }
}

/** In characters. */
function lengthOf(command: AofCommand): number {
  return command.reduce((sum, word) => sum + word.length, 0);
}

function hasArity({ arity }: CommandRow, command: AofCommand): boolean {
  return arity > 0 ? command.length === arity : command.length >= -arity;
}

/** In characters: words in a message are cut. */
const SHOWN_WORD = 40;

function refused(command: AofCommand, why: string): RefoldError {
  const shown = command.slice(0, 3).map((word) => word.slice(0, SHOWN_WORD));
  const rest = command.length > 3 ? ' …' : '';
  return new RefoldError('INVALID_OPTION', `Cannot import: the command ${shown.join(' ')}${rest} fails: ${why}`, {
    hint: 'Check with redis-check-aof whether the file is sound, and that the server has this many databases',
  });
}

/** Settings that change what a command does: Redis's own values. */
const SETTINGS: ReadonlyMap<string, number> = new Map([
  ['zset-max-listpack-entries', 128],
  ['zset-max-listpack-value', 64],
]);

/** Nothing is limited. */
const UNLIMITED: Config = {
  text: () => '',
  number: (name) => SETTINGS.get(name) ?? Number.MAX_SAFE_INTEGER,
  flag: () => false,
};
