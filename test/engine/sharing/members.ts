/** Stores that write one log in turns, and logs whose turns the test holds back. */
import { once } from 'node:events';
import { type LogSource, type LogStore, MemoryContents, openStore, type StoreOptions } from '../../../src/index.ts';
import type { TurnEnding, TurnRequest } from '../../../src/log/log-turn.ts';
import { cleanAfterEachTest } from '../../cleaning/cleaning.ts';
import { cartModel } from '../cart.ts';
import type { CartStore } from '../harness.ts';

const open: { close(): Promise<void> }[] = [];
cleanAfterEachTest(async () => {
  for (const one of open.splice(0)) await one.close().catch(() => {});
});

/** Opens a member on carts. It is closed after the test. */
export async function openMember(
  log: LogSource,
  options: Omit<StoreOptions, 'log' | 'writers'> = {},
): Promise<CartStore> {
  const store = await openStore(cartModel, { ...options, log, writers: 'many' });
  open.push(store);
  return store;
}

/** What a log does with a turn: take it, lose it after the decision, or fail without an answer. */
export type Fate = 'take' | 'lose' | 'unknown';

/** A log in memory that asks the test what becomes of each turn of this opening. */
export class FatefulLog implements LogSource {
  readonly name = 'fateful';
  readonly contents: MemoryContents;
  /** Asked in each turn, once it has decided. */
  fate: () => Fate | Promise<Fate> = () => 'take';
  turns = 0;
  /** Waited for when a turn has decided, and is to be lost. */
  decided: () => Promise<void> = async () => {};
  /** Snapshots are listed after this. */
  recovering: Promise<void> | undefined;
  /** It is never told what others append: it hears of it in its turns. */
  isDeaf = false;

  constructor(contents: MemoryContents = new MemoryContents()) {
    this.contents = contents;
  }

  async open(options: Parameters<LogSource['open']>[0]): Promise<LogStore> {
    const log = await this.contents.open(options);
    const turn = async (request: TurnRequest): Promise<TurnEnding> => {
      this.turns += 1;
      const fate = await this.fate();
      if (fate === 'take') return log.turn!(request);
      const ending = await log.turn!({
        ...request,
        decide: (found) => {
          request.decide(found);
          return { commits: [], outcomes: [] };
        },
      });
      await this.decided();
      if (fate === 'unknown') throw new Error('no answer came');
      return ending === 'done' ? 'lost' : ending;
    };
    const snapshots: LogStore['snapshots'] = async (owner) => {
      await this.recovering;
      return log.snapshots(owner);
    };
    const follow: LogStore['follow'] = (from, signal) =>
      this.isDeaf ? untilAborted(signal) : log.follow(from, signal);
    return new Proxy(log, {
      get(target, name) {
        if (name === 'follow') return follow;
        if (name === 'turn') return turn;
        if (name === 'snapshots') return snapshots;
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}

/** A log in memory that does something just before a redaction is applied. */
export class LateLog implements LogSource {
  readonly name = 'late';
  readonly #contents: MemoryContents;
  before: () => Promise<unknown> = async () => {};

  constructor(contents: MemoryContents) {
    this.#contents = contents;
  }

  async open(options: Parameters<LogSource['open']>[0]): Promise<LogStore> {
    const log = await this.#contents.open(options);
    const redaction = log.care!.redaction!;
    const apply = redaction.apply.bind(redaction);
    redaction.apply = async (row, fence) => {
      await this.before();
      await apply(row, fence);
    };
    return log;
  }
}

async function* untilAborted(signal: AbortSignal): AsyncGenerator<never, void> {
  if (!signal.aborted) await once(signal, 'abort');
  yield* [];
}
