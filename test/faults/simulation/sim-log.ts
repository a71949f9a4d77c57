/**
 * A `LogStore` over a simulated disk. Each completion waits for the scheduler.
 *
 * refold's own log in memory makes the changes to the disk. This file simulates the way to it: requests queue up
 * at a device, run one by one, and become durable at a sync. Their answers arrive when the scheduler decides,
 * in any order, or never.
 */
import { RefoldError } from 'refold';
import { Bell, followLog } from '../../../src/log/following.ts';
import type { LogCare } from '../../../src/log/log-care.ts';
import { storeClosed, storeFailed } from '../../../src/log/log-errors.ts';
import type {
  AppendRequest,
  Block,
  Checkpoint,
  LogHead,
  LogStore,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../../../src/log/log-store.ts';
import { openMemoryLog } from '../../../src/log/memory.ts';
import type { Chance } from '../judging/chance.ts';
import type { Disk } from './disk.ts';

/** The faults of an operation at the device. */
export type Fault = 'full' | 'unknown, done' | 'unknown, not done';

/** The deliberate defects of a log, for the negative controls. */
export type Defect = 'acknowledges early' | 'ignores the epoch' | 'tears commits' | 'forgets outcomes';

interface Operation {
  readonly name: string;
  readonly perform: () => Promise<unknown>;
  readonly resolve: (value: any) => void;
  readonly reject: (error: unknown) => void;
}

interface Answer {
  readonly name: string;
  readonly give: () => void;
  /** Whether the answered operation is durable. */
  synced: boolean;
}

export class SimLog implements LogStore {
  readonly path = 'simulated';
  readonly readOnly = false;
  readonly epoch: number;
  readonly blockBytes: number;
  readonly care: LogCare;
  readonly #disk: Disk;
  readonly #inner: LogStore;
  readonly #chance: Chance;
  readonly #defect: Defect | undefined;
  readonly #bell = new Bell();
  readonly #queue: Operation[] = [];
  readonly #answers: Answer[] = [];
  readonly #readers: (() => void)[] = [];
  #head: LogHead;
  #failed = false;
  #closed = false;

  /** Opens as the writer, like a log on disk: it writes a new epoch and syncs it with everything it has found. */
  constructor(disk: Disk, chance: Chance, defect?: Defect) {
    this.#disk = disk;
    this.#chance = chance;
    this.#defect = defect;
    this.#inner = openMemoryLog({ contents: disk.written });
    this.epoch = this.#inner.epoch;
    this.blockBytes = this.#inner.blockBytes;
    this.care = this.#careThrough(this.#inner.care!);
    this.#head = this.#inner.head();
    disk.mark();
    if (defect !== 'acknowledges early') disk.sync();
  }

  // What the scheduler may do, and what is pending.

  get requests(): number {
    return this.#queue.length;
  }

  /** The name of the oldest request. */
  get nextRequest(): string | undefined {
    return this.#queue[0]?.name;
  }

  /** The answers that may be delivered now. */
  get answers(): number {
    return this.#answers.filter(({ synced }) => synced).length;
  }

  get waitingForSync(): boolean {
    return this.#answers.some(({ synced }) => !synced);
  }

  get waitingReaders(): number {
    return this.#readers.length;
  }

  /** Performs the oldest request; its answer is ready once the disk has synced. */
  async performNext(fault?: Fault): Promise<string> {
    const operation = this.#queue.shift()!;
    const { name } = operation;
    const synced = this.#defect === 'acknowledges early';
    if (fault === 'full' && name === 'append' && !this.#failed) {
      this.#answer(operation, () => operation.reject(full(this.path)), true);
    } else if (fault === undefined || fault === 'full' || this.#failed) {
      await this.#performWell(operation, synced);
    } else {
      if (fault === 'unknown, done') await this.#performWell({ ...operation, resolve() {}, reject() {} }, synced, true);
      this.#failed = true;
      this.#answer(operation, () => operation.reject(unknown(this.path)), true);
    }
    return name;
  }

  async #performWell(operation: Operation, synced: boolean, silent = false): Promise<void> {
    try {
      if (this.#failed && operation.name !== 'close') throw storeFailed(this.path);
      const value = await operation.perform();
      this.#disk.mark();
      if (!silent) this.#answer(operation, () => operation.resolve(value), synced);
    } catch (error) {
      if (!silent) this.#answer(operation, () => operation.reject(error), true);
    }
  }

  #answer({ name }: Operation, give: () => void, synced: boolean): void {
    this.#answers.push({ name, give, synced });
  }

  /** The disk has synced: every performed operation is durable. */
  synced(): void {
    for (const answer of this.#answers) answer.synced = true;
  }

  /** Delivers one of the ready answers. */
  deliver(inOrder: boolean): string {
    const ready = this.#answers.filter(({ synced }) => synced);
    const answer = inOrder ? ready[0]! : this.#chance.pick(ready);
    this.#answers.splice(this.#answers.indexOf(answer), 1);
    answer.give();
    return answer.name;
  }

  letRead(): void {
    this.#readers.splice(this.#chance.below(this.#readers.length), 1)[0]!();
  }

  // The `LogStore` contract.

  head(): LogHead {
    return this.#head;
  }

  firstSequence(): number {
    return this.#inner.firstSequence();
  }

  append(request: AppendRequest): Promise<void> {
    let end: LogHead;
    const perform = async (): Promise<void> => {
      const asked = this.#defect === 'ignores the epoch' ? this.#rebase(request) : request;
      const torn = this.#defect === 'tears commits' && this.#chance.hit(0.1);
      const done = torn ? { ...asked, commits: asked.commits.slice(1) } : asked;
      const outcomes = this.#defect === 'forgets outcomes' ? [] : done.outcomes;
      await this.#inner.append({ ...done, outcomes });
      for (const commit of done.commits) this.#disk.note(commit);
      end = this.#inner.head();
    };
    return this.#request('append', perform).then(() => {
      if (end.sequence > this.#head.sequence) this.#head = end;
      this.#bell.ring();
    });
  }

  /** Behaves like a log that lets any writer append at its end. */
  #rebase(request: AppendRequest): AppendRequest {
    const { written } = this.#disk;
    return { ...request, epoch: written.epoch, expectedSequence: written.head.sequence };
  }

  async *read(range: { readonly from: number; readonly to?: number }): AsyncGenerator<Block, void> {
    const to = Math.min(range.to ?? Number.POSITIVE_INFINITY, this.#head.sequence);
    for await (const block of this.#inner.read({ ...range, to })) {
      await this.#turn();
      yield block;
    }
  }

  follow(from: number, signal: AbortSignal): AsyncIterable<Block> {
    const grown = (until: AbortSignal): Promise<void> => this.#bell.wait(until);
    return followLog({ head: () => this.#head, read: (range) => this.read(range), grown }, from, signal);
  }

  headers(from?: number): ReturnType<LogStore['headers']> {
    return this.#inner.headers(from);
  }

  async blockAt(time: number): ReturnType<LogStore['blockAt']> {
    await this.#turn();
    return this.#inner.blockAt(time);
  }

  /** Gives only durable events, now or a little later. */
  outcome(commandId: string): StoredOutcome | undefined | Promise<StoredOutcome | undefined> {
    const find = (): StoredOutcome | undefined => this.#disk.durable.outcomes.get(commandId);
    return this.#chance.hit(0.7) ? find() : this.#turn().then(find);
  }

  putSnapshot(info: SnapshotInfo, chunks: Iterable<Uint8Array>): Promise<void> {
    const copies = Array.from(chunks, (chunk) => Uint8Array.from(chunk));
    return this.#request('putSnapshot', () => this.#inner.putSnapshot(info, copies));
  }

  async snapshots(owner: string): Promise<readonly SnapshotInfo[]> {
    await this.#turn();
    return this.#inner.snapshots(owner);
  }

  async *readSnapshot(info: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    await this.#turn();
    yield* this.#inner.readSnapshot(info);
  }

  dropSnapshots(owner: string, sequences: readonly number[]): Promise<void> {
    return this.#request('dropSnapshots', () => this.#inner.dropSnapshots(owner, sequences));
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    await this.#turn();
    return this.#inner.checkpoints();
  }

  putCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return this.#request('putCheckpoint', () => this.#inner.putCheckpoint(checkpoint));
  }

  dropCheckpoint(projection: string): Promise<void> {
    return this.#request('dropCheckpoint', () => this.#inner.dropCheckpoint(projection));
  }

  async reactors(): Promise<readonly ReactorRow[]> {
    await this.#turn();
    return this.#inner.reactors();
  }

  putReactor(row: ReactorRow): Promise<void> {
    return this.#request('putReactor', () => this.#inner.putReactor(row));
  }

  dropReactor(reactor: string): Promise<void> {
    return this.#request('dropReactor', () => this.#inner.dropReactor(reactor));
  }

  async getMeta(key: string): Promise<string | undefined> {
    await this.#turn();
    return this.#inner.getMeta(key);
  }

  putMeta(key: string, value: string): Promise<void> {
    return this.#request('putMeta', () => this.#inner.putMeta(key, value));
  }

  dropThrough(sequence: number): Promise<void> {
    return this.#request('dropThrough', () => this.#inner.dropThrough(sequence));
  }

  flush(): Promise<void> {
    return this.#request('flush', async () => {});
  }

  #careThrough(inner: LogCare): LogCare {
    return {
      seal: (options) => this.#request('seal', () => inner.seal(options)),
      reclaim: () => this.#request('reclaim', () => inner.reclaim()),
      size: () => inner.size(),
      checkStructure: () => inner.checkStructure(),
      backup: (path, options) => inner.backup!(path, options),
    };
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    await this.#request('close', () => this.#inner.close());
    this.#closed = true;
    this.#bell.ring();
  }

  #request<T>(name: string, perform: () => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(storeClosed(this.path));
    return new Promise((resolve, reject) => this.#queue.push({ name, perform, resolve, reject }));
  }

  /** Some reads wait for the scheduler. */
  #turn(): Promise<void> {
    if (this.#chance.hit(0.7)) return Promise.resolve();
    return new Promise((resolve) => this.#readers.push(resolve));
  }
}

function full(path: string): RefoldError {
  return new RefoldError('LOG_FULL', `Cannot append to ${path}: the disk is full`, { path, hint: 'Make room' });
}

function unknown(path: string): RefoldError {
  return new RefoldError('OUTCOME_UNKNOWN', `Cannot say whether ${path} was written: EIO`, { path, hint: 'Reopen it' });
}
