/**
 * Turns: everything that clients have sent since the last turn runs as one transaction of the store.
 *
 * So the commands of a turn share one commit and one sync, and cost no promise each. No output of a turn leaves before all
 * that the state had at its end is durable: replies, reads, and messages to other clients alike.
 */
import type { Store, Transaction } from '../../index.ts';
import type { Client } from '../calls/client.ts';
import { CommandError } from '../calls/errors.ts';
import { packEffect } from '../model/effects/packed.ts';
import type { KeySpace } from '../model/key-space.ts';
import type { Output } from '../protocol/reply.ts';

/** The weight of effects, in characters, after which a turn ends and its commit is made. */
const LARGE_TURN = 4 * 1024 * 1024;
/** The weight of one effect, in characters, from which on its escaping is looked at. */
const HEAVY_EFFECT = 1024 * 1024;
/** The commands after which a turn ends, so that other work of the process gets its chance. */
const LONG_TURN = 5_000;

/** Where turns run. */
export interface TurnsSource {
  /** The store that can be written; undefined while there is none. */
  store(): Store<KeySpace> | undefined;
  /** What commands read meanwhile. */
  space(): KeySpace;
}

export interface TurnsHost {
  /** Runs the next request of a client. False without a complete request, and when the client has to wait. */
  step(client: Client): boolean;
  /** The commands of the turn have run. Its output is taken next. */
  turnEnds(): void;
  /** Sends output to a client. */
  send(client: Client, output: readonly Output[]): void;
  /** A turn could not be made durable. None of its output may leave. */
  failed(error: unknown, clients: readonly Client[]): void;
}

interface Held {
  readonly sequence: number;
  readonly outputs: readonly (readonly [Client, readonly Output[]])[];
  /** Undefined when nothing has to become durable. */
  readonly store: Store<KeySpace> | undefined;
}

export class Turns {
  readonly #source: TurnsSource;
  readonly #host: TurnsHost;
  readonly #awake = new Set<Client>();
  #jobs: (() => void)[] = [];
  #isScheduled = false;
  #transaction: Transaction<KeySpace> | undefined;
  /** Characters appended in this turn. */
  #weight = 0;
  /** Clients with output that no turn has taken yet. */
  #talking: Client[] = [];
  #held: Held[] = [];
  /** Ends a pause. While it is there nothing runs, and nothing leaves. */
  #pause: NodeJS.Timeout | undefined;

  constructor(source: TurnsSource, host: TurnsHost) {
    this.#source = source;
    this.#host = host;
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
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      this.#release();
      this.#schedule();
    }, ms);
  }

  forget(client: Client): void {
    this.#awake.delete(client);
  }

  /** The transaction of the turn that runs. Commands run in turns only. */
  get transaction(): Transaction<KeySpace> {
    return this.#transaction!;
  }

  append(type: string, data: object, meta?: object): void {
    const weight = weightOf(data);
    this.#weight += weight;
    const packed = weight < HEAVY_EFFECT ? undefined : packEffect(type, data);
    const event = packed === undefined ? { type, data } : { type: 'EffectPacked', data: packed };
    this.#transaction!.append({ ...event, ...(meta && { meta }) } as never);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#pause !== undefined) return;
    this.#isScheduled = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const store = this.#source.store();
    if (store === undefined) {
      this.#turnWithoutStore();
      return;
    }
    // The callback may run later, while the queue of the store is full. Nothing else is scheduled until then.
    let hasRun = false;
    const done = store.transact((tx) => {
      hasRun = true;
      this.#transaction = tx as Transaction<KeySpace>;
      try {
        this.#run();
      } finally {
        this.#end(tx.sequence, store);
      }
    });
    done.then(
      () => this.#release(),
      (error) => {
        if (!hasRun) this.#isScheduled = false;
        this.#fail(error, store);
      },
    );
  }

  /** While nothing can be written: commands read what there is, and their replies show nothing that is not durable. */
  #turnWithoutStore(): void {
    const state = this.#source.space();
    const append = (): never => {
      throw new CommandError('LOADING Redis is loading the dataset in memory');
    };
    this.#transaction = { state, sequence: 0, now: Date.now(), append } as unknown as Transaction<KeySpace>;
    try {
      this.#run();
    } finally {
      this.#end(0, undefined);
    }
  }

  #end(sequence: number, store: Store<KeySpace> | undefined): void {
    this.#transaction = undefined;
    this.#isScheduled = false;
    this.#hold(sequence, store);
    if (this.#awake.size > 0 || this.#jobs.length > 0) this.#schedule();
  }

  #run(): void {
    this.#weight = 0;
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const job of jobs) job();
    this.#runClients();
    this.#host.turnEnds();
  }

  #runClients(): void {
    let steps = 0;
    for (const client of this.#awake) {
      this.#awake.delete(client);
      while (this.#host.step(client)) {
        if (this.#pause === undefined && ++steps < LONG_TURN && this.#weight < LARGE_TURN) continue;
        this.#awake.add(client);
        return;
      }
    }
  }

  #hold(sequence: number, store: Store<KeySpace> | undefined): void {
    if (this.#talking.length === 0) return;
    const outputs = this.#talking.map((client) => {
      client.heldBytes += client.reply.size;
      return [client, client.reply.take()] as const;
    });
    this.#talking = [];
    const mayLeave = this.#held.length === 0 && this.#pause === undefined;
    if (mayLeave && (store === undefined || sequence <= store.durableSequence)) this.#send(outputs);
    else this.#held.push({ sequence, outputs, store });
  }

  /** Sends what has become durable. */
  #release(): void {
    if (this.#pause !== undefined) return;
    let count = 0;
    for (const { sequence, outputs, store } of this.#held) {
      if (store !== undefined && sequence > store.durableSequence) break;
      this.#send(outputs);
      count++;
    }
    this.#held.splice(0, count);
  }

  #send(outputs: Held['outputs']): void {
    for (const [client, output] of outputs) this.#host.send(client, output);
  }

  /** What the store holds that is not durable may be lost. */
  #fail(error: unknown, store: Store<KeySpace>): void {
    const lost = this.#held.filter((held) => held.store === store && held.sequence > store.durableSequence);
    this.#held = this.#held.filter((held) => !lost.includes(held));
    this.#host.failed(
      error,
      lost.flatMap(({ outputs }) => outputs.map(([client]) => client)),
    );
    this.#release();
  }
}

/** Roughly the characters that an effect takes in the log. */
function weightOf(data: object): number {
  let weight = 64;
  for (const member of Object.values(data)) {
    if (typeof member === 'string') weight += member.length;
    else if (Array.isArray(member))
      for (const each of member) weight += typeof each === 'string' ? each.length + 3 : 16;
  }
  return weight;
}
