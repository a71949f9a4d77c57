/** Standbys for tests, and logs whose answers the test holds back. */
import {
  type LogSource,
  type LogStore,
  MemoryContents,
  openStore,
  type RecordedEvent,
  type StoreOptions,
  type StoreRole,
} from '../../../src/index.ts';
import { cartModel } from '../cart.ts';
import { type CartStore, closeAfterTest } from '../harness.ts';

/** Opens a standby on carts. It is closed after the test. */
export async function standBy(options: Omit<StoreOptions, 'standby'>): Promise<CartStore> {
  const store = await openStore(cartModel, { ...options, standby: true });
  closeAfterTest(store);
  return store;
}

/** Resolves when the store has the role. */
export async function roleOf(store: CartStore, wanted: StoreRole): Promise<void> {
  if (store.role === wanted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const end = store.onRole((role) => role === wanted && resolve());
  await promise;
  end();
}

/** Replaces the writer of a log in memory, as a takeover on another machine does, and gives the log. */
export async function takeOver(contents: MemoryContents): Promise<LogStore> {
  const log = await contents.open();
  closeAfterTest(log);
  return log;
}

/** The sequences that a store tells its listeners. */
export function heardBy(store: CartStore): number[] {
  const heard: number[] = [];
  store.subscribe((events: readonly RecordedEvent[]) => void heard.push(...events.map(({ sequence }) => sequence)));
  return heard;
}

/** A log in memory whose writers wait with each append until the test lets it go on, and then do what it says. */
export class HeldLog implements LogSource {
  readonly name = 'held';
  readonly contents: MemoryContents = new MemoryContents();
  /** Undefined: appends are not held. */
  held: { readonly go: (then: 'write' | 'fail') => void }[] | undefined;

  async open(options: Parameters<LogSource['open']>[0]): Promise<LogStore> {
    const log = await this.contents.open(options);
    const append: LogStore['append'] = async (request) => {
      const { held } = this;
      if (held !== undefined) {
        const { promise, resolve } = Promise.withResolvers<'write' | 'fail'>();
        held.push({ go: resolve });
        if ((await promise) === 'fail') throw new Error('no answer came');
      }
      await log.append(request);
    };
    return new Proxy(log, {
      get(target, name) {
        const value = Reflect.get(target, name === 'append' ? '' : name, target);
        if (name === 'append') return append;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }
}
