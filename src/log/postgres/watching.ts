/**
 * Finds out what other processes have written to the logs that are read here.
 *
 * One poll asks for all of them. Polling guarantees; a bell only wakes earlier: a writer rings it after the acknowledgement, through
 * a connection that does nothing else, because `notify` inside of an append would hold a lock of the whole database while the
 * append is synced. A lost bell costs at most the time between two polls.
 */
import { randomBytes } from 'node:crypto';
import { every, later, pause, pauseQuietly, soon } from '../../threads/timers.ts';
import type { KnownLog } from './known-log.ts';
import type { PostgresReader } from './reading.ts';
import { type Connections, useFor } from './server/connections.ts';
import { type Row, toState } from './tables/rows.ts';

/** Bells are rung at once, and then at most this often. */
const RING_REST_MS = 5;
/** Without an answer polls become rarer, up to this. */
const LONGEST_POLL_REST_MS = 2_000;
/** A bell that is not heard after so long is not heard at all. */
const ECHO_WITHIN_MS = 1_000;
/** ms between two polls where bells are not heard. */
const DEAF_POLLS_MS = 50;

export interface WatchOptions {
  readonly schema: string;
  /** ms between two polls. */
  readonly pollEvery: number;
  /** Whether bells are rung and heard. */
  readonly notify: boolean;
}

/** A log that is watched by its number. */
interface Watched {
  readonly known: KnownLog;
  readonly reader: PostgresReader;
}

export class Watching {
  static readonly #shared = new WeakMap<Connections, Watching>();
  readonly #connections: Connections;
  readonly #options: WatchOptions;
  readonly #channel: string;
  readonly #watched = new Map<number, Set<Watched>>();
  readonly #toRing = new Set<number>();
  /** Turns under way of each log. */
  readonly #turns = new Map<number, number>();
  /** Logs whose bell was heard during a turn. */
  readonly #unanswered = new Set<number>();
  #isRinging = false;
  #echo: { readonly text: string; readonly heard: () => void } | undefined;
  #isDeaf: Promise<boolean> | undefined;
  #pollEvery: number;
  #isPolling = false;
  #isWanted = false;
  #takeBack: () => void = () => {};

  /** The watching of all logs that share connections. */
  static over(connections: Connections, options: WatchOptions): Watching {
    let watching = Watching.#shared.get(connections);
    if (watching === undefined) Watching.#shared.set(connections, (watching = new Watching(connections, options)));
    return watching;
  }

  private constructor(connections: Connections, options: WatchOptions) {
    this.#connections = connections;
    this.#options = options;
    this.#pollEvery = options.pollEvery;
    this.#channel = `refold ${options.schema}`.slice(0, 63); // as long as a name may be
  }

  /** Polls a log until the returned function is called. */
  watch(log: number, known: KnownLog, reader: PostgresReader): () => void {
    const watched = { known, reader };
    const others = this.#watched.get(log) ?? new Set();
    this.#watched.set(log, others.add(watched));
    if (!this.#isPolling) this.#pollLater(this.#pollEvery);
    this.#listen();
    return () => {
      others.delete(watched);
      if (others.size === 0 && this.#watched.get(log) === others) this.#watched.delete(log);
      if (this.#watched.size === 0) this.#takeBack();
    };
  }

  /**
   * Bells of a log are not answered until the returned function is called: a turn tells what has come, and members in turns would
   * ask at each bell of the others. Polls go on. What was heard meanwhile is asked for unless the next turn begins at once.
   */
  quiet(log: number): () => void {
    this.#turns.set(log, (this.#turns.get(log) ?? 0) + 1);
    return () => {
      const left = this.#turns.get(log)! - 1;
      if (left > 0) return void this.#turns.set(log, left);
      this.#turns.delete(log);
      if (this.#unanswered.delete(log)) later(RING_REST_MS, () => this.#heard([log]));
    };
  }

  /** Tells other processes that a log has grown. */
  ring(log: number): void {
    if (!this.#options.notify) return;
    this.#toRing.add(log);
    if (!this.#isRinging) void this.#ringAll();
  }

  /** A bell that fails is a lost bell. */
  async #ringAll(): Promise<void> {
    this.#isRinging = true;
    while (this.#toRing.size > 0) {
      const logs = [...this.#toRing].join(' ');
      this.#toRing.clear();
      const question = { name: 'refold ring', text: RING, values: [this.#channel, logs] };
      await this.#connections.ask('bell', question).catch(() => {});
      await pause(RING_REST_MS);
    }
    this.#isRinging = false;
  }

  /**
   * Whether bells are not heard here that another connection rings, as behind a pool. Then polls are made more often. True for the
   * first caller that hears of it. @throws ConnectionLost
   */
  async isDeaf(): Promise<boolean> {
    if (!this.#options.notify) return false;
    const isFirst = this.#isDeaf === undefined;
    this.#isDeaf ??= this.#hearsNoEcho();
    try {
      return (await this.#isDeaf) && isFirst;
    } catch (error) {
      this.#isDeaf = undefined;
      throw error;
    }
  }

  async #hearsNoEcho(): Promise<boolean> {
    const text = `echo ${randomBytes(8).toString('hex')}`;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#echo = { text, heard: () => resolve(false) };
    await this.#connections.listen(this.#channel, (text) => this.#hear(text));
    const question = { text: 'select pg_notify($1, $2)', values: [this.#channel, text] };
    await this.#connections.ask(useFor('read', 0), question);
    const stop = every(ECHO_WITHIN_MS, () => resolve(true)); // keeps the process alive: opening waits for it
    const isDeaf = await promise;
    stop();
    if (isDeaf) this.#pollEvery = Math.min(this.#pollEvery, DEAF_POLLS_MS);
    return isDeaf;
  }

  #listen(): void {
    if (!this.#options.notify) return;
    this.#connections.listen(this.#channel, (text) => this.#hear(text)).catch(() => {}); // the next poll tries again
  }

  #hear(text: string): void {
    if (text === this.#echo?.text) this.#echo.heard();
    else this.#heard(text.split(' ').map(Number));
  }

  #heard(logs: readonly number[]): void {
    const watched = logs.filter((log) => this.#watched.has(log));
    for (const log of watched) if (this.#turns.has(log)) this.#unanswered.add(log);
    if (watched.some((log) => !this.#turns.has(log))) this.#wake();
  }

  /** Polls at once; what is heard during a poll makes another one. */
  #wake(): void {
    this.#isWanted = true;
    if (this.#isPolling) return;
    this.#takeBack();
    void soon(() => this.#poll());
  }

  #pollLater(ms: number): void {
    this.#takeBack();
    this.#takeBack = later(ms, () => this.#poll());
  }

  async #poll(): Promise<void> {
    if (this.#isPolling || this.#watched.size === 0) return;
    this.#isPolling = true;
    this.#isWanted = false;
    let rest = this.#pollEvery;
    for (; this.#watched.size > 0; ) {
      try {
        await this.#look();
        break;
      } catch {
        rest = Math.min(2 * rest, LONGEST_POLL_REST_MS);
        await pauseQuietly(rest);
      }
    }
    this.#isPolling = false;
    if (this.#watched.size === 0) return;
    this.#listen();
    this.#pollLater(this.#isWanted ? 0 : this.#pollEvery);
  }

  async #look(): Promise<void> {
    const groups = [...this.#watched].map(([log, watchers]) => ({ log, watchers: [...watchers] }));
    const heads = groups.map(({ watchers }) => watchers[0]!.known.last.head.sequence);
    const logs = groups.map(({ log }) => log);
    const rows = await this.#connections.ask(useFor('read', 0), {
      ...{ name: 'refold poll', text: pollIn(this.#options.schema), values: [logs, heads] },
    });
    const byLog = new Map(rows.map((row) => [row[0] as number, row.slice(1)]));
    for (const [index, { log, watchers }] of groups.entries()) {
      const row = byLog.get(log);
      if (row === undefined) continue;
      for (const watched of watchers) await take(watched, row, heads[index]!);
    }
  }
}

/** Takes the state of a log, unless it shows that the log has lost its end. */
async function take({ known, reader }: Watched, row: Row, asked: number): Promise<void> {
  const state = toState(row);
  const [end, chain] = row.slice(8) as unknown as readonly [number | null, string | null];
  const isShorter = state.head.sequence < asked;
  const isAnother = end === asked && known.chainAt(asked, chain!) === 'another';
  if (isShorter || isAnother)
    await known.requireKept(reader).catch(() => {}); // the stores of the log hear of it
  else known.see(state);
}

/** Without the settings each bell would be synced. */
const RING = `with settings as materialized (select set_config('synchronous_commit', 'off', true))
  select pg_notify($1, $2) from settings`;

/** The states of the logs `$1`, and where the blocks end that begin at or before their sequences `$2`. */
const pollIn = (schema: string): string => `select l.log, l.epoch, l.trimmed_through, l.trimmed_recorded_at,
    l.trimmed_chain, l.redactions, b.last_sequence, b.last_recorded_at, b.chain, k.last_sequence, k.chain
  from unnest($1::bigint[], $2::bigint[]) as w (log, sequence)
    join ${schema}.logs l using (log)
    left join lateral (
      select last_sequence, last_recorded_at, chain from ${schema}.blocks
      where log = l.log order by first_sequence desc limit 1
    ) b on true
    left join lateral (
      select last_sequence, chain from ${schema}.blocks
      where log = l.log and first_sequence <= w.sequence order by first_sequence desc limit 1
    ) k on true`;
