/**
 * Turns: everything that clients have sent since the last turn runs as one transaction of the store.
 *
 * So the commands of a turn share one commit and one sync, and cost no promise each. No output of a turn leaves before all
 * that the state had at its end is durable: replies, reads, and messages to other clients alike.
 */
import type { Store, Transaction } from '../../index.ts';
import type { Circumstances } from '../calls/call.ts';
import type { Client } from '../calls/client.ts';
import { eventOf, weightOf } from '../model/effects/packed.ts';
import { emptyKeySpace, type KeySpace } from '../model/key-space.ts';
import type { Output } from '../protocol/reply.ts';
import { CommitSize } from './commit-size.ts';

/** The weight of effects, in characters, after which a turn ends and its commit is made. */
const LARGE_TURN = 4 * 1024 * 1024;
/** The commands after which a turn ends, so that other work of the process gets its chance. */
const LONG_TURN = 5_000;

export interface TurnsHost {
  /** Runs the next request of a client. False without a complete request, and when the client has to wait. */
  step(client: Client): boolean;
  /** The commands of the turn have run. Its output is taken next. */
  turnEnds(): void;
  /** Sends output to a client. */
  send(client: Client, output: readonly Output[]): void;
  /** The characters that a commit may have. */
  mostCharacters(): number;
  /** A turn could not be made durable. None of its output may leave. */
  failed(error: unknown, clients: readonly Client[]): void;
}

interface Held {
  readonly sequence: number;
  readonly outputs: readonly (readonly [Client, readonly Output[]])[];
}

export class Turns {
  readonly #host: TurnsHost;
  /** Undefined while the state is loaded. */
  #store: Store<KeySpace> | undefined;
  #isReadOnly = false;
  /** The state that clients see while no store is open. */
  #shown = emptyKeySpace();
  readonly #awake = new Set<Client>();
  #jobs: (() => void)[] = [];
  #isScheduled = false;
  #transaction: Transaction<KeySpace> | undefined;
  /** What the calls of the turn that runs are given. */
  #circumstances: Circumstances | undefined;
  /** What is appended in this turn. */
  readonly size: CommitSize;
  /** Clients with output that no turn has taken yet. */
  #talking: Client[] = [];
  #held: Held[] = [];
  /** Ends a pause. While it is there nothing runs, and nothing leaves. */
  #pause: NodeJS.Timeout | undefined;

  constructor(host: TurnsHost) {
    this.#host = host;
    this.size = new CommitSize(host.mostCharacters);
  }

  /** Works on a store from now on; on none while the state is loaded. Read-only: no effect can be given. */
  use(store: Store<KeySpace> | undefined, isReadOnly = false): void {
    this.#store = store;
    this.#isReadOnly = isReadOnly;
  }

  /** Works on no store from now on. Commands read this state. */
  show(state: KeySpace): void {
    this.#store = undefined;
    this.#shown = state;
  }

  /** Whether effects can be given. */
  get isWritable(): boolean {
    return this.#store !== undefined && !this.#isReadOnly;
  }

  /** The state that commands see. */
  get state(): KeySpace {
    return this.#circumstances?.space ?? ((this.#store?.state ?? this.#shown) as KeySpace);
  }

  /** The time of the turn, in ms since the epoch. */
  get now(): number {
    return this.#circumstances?.now ?? Date.now();
  }

  /** What a call is given. @param meta stands beside each of its effects */
  circumstances(meta?: object): Circumstances {
    if (meta === undefined && this.#circumstances !== undefined) return this.#circumstances;
    return this.#circumstancesOf(this.state, this.now, meta);
  }

  #circumstancesOf(space: KeySpace, now: number, meta: object | undefined): Circumstances {
    return {
      space,
      isPast: !this.isWritable,
      now,
      append: (type, data) => this.#append(type, data, meta),
      fits: (texts) => this.size.fits(texts),
      isLarge: () => this.isLarge,
    };
  }

  /** The client has sent something, or may go on. */
  wake(client: Client): void {
    this.#awake.add(client);
    this.#schedule();
  }

  /** Runs the job in a turn. */
  schedule(job: () => void): void {
    this.#jobs.push(job);
    this.#schedule();
  }

  /** The client has output. */
  talks(client: Client): void {
    this.#talking.push(client);
    this.#schedule();
  }

  /** Runs nothing for so long, and lets no output leave. The command that runs now is the last one. */
  pause(ms: number): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => this.go(), ms);
  }

  /** Lets everything rest until `go`. */
  halt(): void {
    this.pause(2 ** 31 - 1);
  }

  /** Runs nothing any more. */
  stop(): void {
    clearTimeout(this.#pause);
    this.#isScheduled = true;
  }

  /** Ends a pause. */
  go(): void {
    clearTimeout(this.#pause);
    this.#pause = undefined;
    this.#release();
    this.#schedule();
  }

  forget(client: Client): void {
    this.#awake.delete(client);
  }

  #append(type: string, data: object, meta: object | undefined): void {
    const weight = weightOf(data);
    const event = eventOf(type, data, weight);
    const whole = meta === undefined ? event : { ...event, meta };
    this.size.add(whole, weight);
    this.#transaction!.append(whole as never);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#pause !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    if (!this.isWritable) {
      this.#turnWithoutWrites();
      return;
    }
    const store = this.#store!;
    let sequence = store.sequence;
    // The callback may run later, while the queue of the store is full. Nothing else is scheduled until then.
    const done = store.transact((tx) => {
      this.#transaction = tx as Transaction<KeySpace>;
      // Under the direct fold the state is the same object throughout.
      this.#circumstances = this.#circumstancesOf(tx.state as KeySpace, tx.now, undefined);
      this.size.begin();
      try {
        this.#run();
      } finally {
        this.#transaction = undefined;
        this.#circumstances = undefined;
        sequence = tx.sequence;
        this.#isScheduled = false;
        this.#hold(sequence);
        if (this.#awake.size > 0 || this.#jobs.length > 0) this.#schedule();
      }
    });
    done.then(
      // First the store hands what waits to its writer. It works on that while the replies leave.
      () => process.nextTick(() => this.#release()),
      (error) => this.#fail(error, store),
    );
  }

  #turnWithoutWrites(): void {
    try {
      this.#run();
    } finally {
      this.#isScheduled = false;
      this.#hold(0);
      if (this.#awake.size > 0 || this.#jobs.length > 0) this.#schedule();
    }
  }

  #run(): void {
    this.#runJobs();
    if (!this.isLarge) this.#runClients();
    this.#host.turnEnds();
  }

  /** Whether the commit of this turn has become so large that the rest belongs into the next one. */
  get isLarge(): boolean {
    return this.size.weight >= LARGE_TURN;
  }

  /** Runs what is scheduled now. What a large turn has no room for, and what is scheduled meanwhile, comes in the next turn. */
  #runJobs(): void {
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const [index, job] of jobs.entries()) {
      if (this.isLarge) {
        this.#jobs = [...jobs.slice(index), ...this.#jobs];
        return;
      }
      job();
    }
  }

  #runClients(): void {
    let steps = 0;
    for (const client of this.#awake) {
      this.#awake.delete(client);
      while (this.#host.step(client)) {
        if (this.#pause === undefined && ++steps < LONG_TURN && !this.isLarge) continue;
        this.#awake.add(client);
        return;
      }
    }
  }

  #hold(sequence: number): void {
    if (this.#talking.length === 0) return;
    const outputs = this.#talking.map((client) => {
      client.heldBytes += client.reply.size;
      return [client, client.reply.take()] as const;
    });
    this.#talking = [];
    const mayLeave = this.#held.length === 0 && this.#pause === undefined;
    if (mayLeave && sequence <= this.#durable) this.#send(outputs);
    else this.#held.push({ sequence, outputs });
  }

  /** Sends what has become durable. */
  #release(): void {
    if (this.#pause !== undefined) return;
    const durable = this.#durable;
    let count = 0;
    for (const { sequence, outputs } of this.#held) {
      if (sequence > durable) break;
      this.#send(outputs);
      count++;
    }
    this.#held.splice(0, count);
  }

  get #durable(): number {
    return this.isWritable ? this.#store!.durableSequence : Number.POSITIVE_INFINITY;
  }

  #send(outputs: Held['outputs']): void {
    for (const [client, output] of outputs) this.#host.send(client, output);
  }

  #fail(error: unknown, store: Store<KeySpace>): void {
    this.#isScheduled = false;
    // A later turn of a store that has failed, and was replaced meanwhile.
    if (store !== this.#store) return;
    const clients = this.#held.flatMap(({ outputs }) => outputs.map(([client]) => client));
    this.#held = [];
    this.#host.failed(error, clients);
  }
}
