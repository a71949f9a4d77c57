import vm from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { type CatalogOf, defineReactor, type ReactorDefinition, RefoldError } from '../../../src/index.ts';
import { type CartState, cartModel } from '../cart.ts';
import { type CartStore, errorOf, manualClock, openCarts, temporaryPath } from '../harness.ts';

type Definition = ReactorDefinition<CartState, CatalogOf<typeof cartModel>, 'NoteTaken'>;
type NoteTaken = { readonly data: { readonly text: string } };

function note(text: string) {
  return { type: 'NoteTaken' as const, data: { text } };
}

async function appendNotes(store: CartStore, ...texts: string[]): Promise<void> {
  for (const text of texts) await store.append(note(text));
}

/** A reactor that collects the texts of notes. */
function collecting(seen: string[], more: Partial<Definition> = {}): Definition {
  return defineReactor(cartModel, {
    name: 'notes',
    on: { NoteTaken: (event: NoteTaken) => void seen.push(event.data.text) },
    ...more,
  });
}

/** Its effect throws for texts that begin with bad. */
function failing(seen: string[], more: Partial<Definition> = {}): Definition {
  return collecting(seen, {
    on: {
      NoteTaken: (event: NoteTaken) => {
        seen.push(event.data.text);
        if (event.data.text.startsWith('bad')) throw new Error(`cannot send ${event.data.text}`);
      },
    },
    retry: { attempts: 3, backoff: () => 0 },
    ...more,
  });
}

describe('a reactor', () => {
  test('runs an effect for each event from the first on, and continues after a restart', async () => {
    const path = await temporaryPath();
    const seen: string[] = [];
    const store = await openCarts({ path });
    await appendNotes(store, 'a', 'b');
    const running = await store.react(collecting(seen));
    await running.caughtUp();
    await store.append({ type: 'ItemAdded', data: { cart: 'x', sku: 'y', quantity: 1 } });
    await appendNotes(store, 'c');
    await running.caughtUp();
    expect(running).toMatchObject({ name: 'notes', sequence: 4, error: undefined, parked: [], isStopped: false });
    await store.close();
    expect(running.isStopped).toBe(true);

    const again = await openCarts({ path });
    await appendNotes(again, 'd');
    await (await again.react(collecting(seen))).caughtUp();
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each<[string, Definition['from'], string[]]>([
    ['the start', 'start', ['a', 'b', 'c', 'd']],
    ['now', 'now', ['d']],
    ['a sequence', { sequence: 3 }, ['c', 'd']],
    ['a time', { time: 1_002 }, ['b', 'c', 'd']],
    ['a Date', { time: new Date(1_003) }, ['c', 'd']],
    ['a time before the first event', { time: 5 }, ['a', 'b', 'c', 'd']],
    ['a sequence in the future', { sequence: 900 }, ['d']],
  ])('starts from %s', async (_name, from, expected) => {
    const clock = manualClock(1_000);
    const store = await openCarts({ path: ':memory:', clock: clock.read });
    for (const text of ['a', 'b', 'c']) {
      clock.now += 1;
      await store.append(note(text));
    }
    const seen: string[] = [];
    const running = await store.react(collecting(seen, { from }));
    await appendNotes(store, 'd');
    await running.caughtUp();
    expect(seen).toEqual(expected);
  });

  test('only the first start counts for from', async () => {
    const store = await openCarts();
    const seen: string[] = [];
    await (await store.react(collecting(seen, { from: 'now' }))).stop();
    await appendNotes(store, 'a');
    await (await store.react(collecting(seen, { from: 'now' }))).caughtUp();
    expect(seen).toEqual(['a']);
  });

  test('gives the attempt, the present state and the sequence to an effect', async () => {
    const store = await openCarts();
    await appendNotes(store, 'a', 'b');
    const contexts: unknown[] = [];
    const running = await store.react(
      defineReactor(cartModel, {
        name: 'notes',
        retry: { attempts: 3, backoff: (attempt) => attempt - 1 },
        on: {
          NoteTaken: ({ data }, { attempt, state, sequence, signal }) => {
            contexts.push([data.text, attempt, state.seen.notes.length, sequence, signal.aborted]);
            if (attempt < 3) throw new Error('not yet');
          },
        },
      }),
    );
    await running.caughtUp();
    expect(contexts).toEqual([
      ['a', 1, 2, 1, false],
      ['a', 2, 2, 1, false],
      ['a', 3, 2, 1, false],
      ['b', 1, 2, 2, false],
      ['b', 2, 2, 2, false],
      ['b', 3, 2, 2, false],
    ]);
  });

  test('an effect may append', async () => {
    const store = await openCarts();
    const running = await store.react(
      defineReactor(cartModel, {
        name: 'copies',
        on: {
          ItemAdded: async ({ data, sequence }) => {
            await store.append(note(`${data.sku} by ${sequence}`), { commandId: `copy ${sequence}` });
          },
        },
      }),
    );
    await store.append({ type: 'ItemAdded', data: { cart: 'x', sku: 'y', quantity: 1 } });
    await running.caughtUp();
    expect(store.state.seen.notes).toEqual(['y by 1']);
  });
});

describe('when the attempts are used up', () => {
  test('stop ends the reactor before the event, and retry lets it continue', async () => {
    const store = await openCarts();
    await appendNotes(store, 'a', 'bad', 'c');
    const seen: string[] = [];
    let broken = true;
    const running = await store.react(
      collecting(seen, {
        retry: { attempts: 2, backoff: () => 0 },
        on: {
          NoteTaken: (event: NoteTaken) => {
            if (broken && event.data.text === 'bad') throw new Error('no route');
            seen.push(event.data.text);
          },
        },
      }),
    );
    const error = await errorOf(running.caughtUp());
    expect(error).toMatchObject({ code: 'REACTOR_FAILED', sequence: 2, type: 'NoteTaken' });
    expect(error.message).toContain('no route');
    expect(error.cause).toEqual(new Error('no route'));
    expect(running.error).toBe(error);
    expect(running.sequence).toBe(1);
    expect((await errorOf(running.retry(2))).code).toBe('REACTOR_FAILED');
    broken = false;
    await running.retry(2);
    await running.caughtUp();
    expect(running.error).toBeUndefined();
    expect(seen).toEqual(['a', 'bad', 'c']);
  });

  test('skip passes over the event at which it stopped, for good', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await appendNotes(store, 'a', 'bad', 'c');
    const seen: string[] = [];
    const running = await store.react(failing(seen));
    await errorOf(running.caughtUp());
    await running.skip(2);
    await running.caughtUp();
    await store.close();
    const again = await openCarts({ path });
    await (await again.react(failing(seen))).caughtUp();
    expect(seen).toEqual(['a', 'bad', 'bad', 'bad', 'c']);
  });

  test('skip as a policy counts it as finished and warns', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const store = await openCarts();
    await appendNotes(store, 'bad', 'b');
    const seen: string[] = [];
    const running = await store.react(failing(seen, { onExhausted: 'skip' }));
    await running.caughtUp();
    expect(seen).toEqual(['bad', 'bad', 'bad', 'b']);
    expect(warned.mock.calls.flat()).toContainEqual({ type: 'RefoldReactorWarning' });
    warned.mockRestore();
  });

  test('park sets it aside, over restarts too, until retry or skip', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await appendNotes(store, 'bad 1', 'b', 'bad 3');
    const running = await store.react(failing([], { onExhausted: 'park' }));
    await running.caughtUp();
    expect(running.parked).toMatchObject([
      { sequence: 1, type: 'NoteTaken', attempts: 3, message: 'cannot send bad 1' },
      { sequence: 3, type: 'NoteTaken', attempts: 3, message: 'cannot send bad 3' },
    ]);
    await store.close();

    const again = await openCarts({ path });
    const seen: string[] = [];
    let mended = false;
    const next = await again.react(
      collecting(seen, {
        onExhausted: 'park',
        retry: { attempts: 1 },
        on: {
          NoteTaken: (event: NoteTaken) => {
            if (!mended) throw new Error('still');
            seen.push(event.data.text);
          },
        },
      }),
    );
    expect((await errorOf(next.retry(1))).message).toContain('still');
    expect(next.parked).toMatchObject([{ sequence: 1, attempts: 1, message: 'still' }, { sequence: 3 }]);
    mended = true;
    await Promise.all([next.retry(1), next.retry(1)]);
    expect(seen).toEqual(['bad 1']);
    await next.skip(3);
    expect(next.parked).toEqual([]);
    expect((await errorOf(next.retry(3))).code).toBe('INVALID_OPTION');
  });

  test('a backoff that gives no number stops the reactor with both reasons', async () => {
    const store = await openCarts();
    await appendNotes(store, 'bad');
    const running = await store.react(failing([], { retry: { backoff: () => Number.NaN } }));
    expect((await errorOf(running.caughtUp())).message).toContain('backoff did not give a number');
  });

  test('a partitionBy that throws stops the reactor at the event', async () => {
    const store = await openCarts();
    await appendNotes(store, 'a', 'b');
    const seen: string[] = [];
    const running = await store.react(
      collecting(seen, {
        partitionBy: (event: NoteTaken) => {
          if (event.data.text === 'a') throw new Error('no key');
          return event.data.text;
        },
      }),
    );
    expect(await errorOf(running.caughtUp())).toMatchObject({ code: 'REACTOR_FAILED', sequence: 1 });
    await running.skip(1);
    await running.caughtUp();
    expect(seen).toEqual(['b']);
  });
});

describe('partitions', () => {
  test('run in order within, side by side between, and never more than the limit', async () => {
    const store = await openCarts();
    for (let n = 0; n < 60; n += 1) {
      await store.append({ type: 'ItemAdded', data: { cart: `cart ${n % 7}`, sku: `sku ${n}`, quantity: 1 } });
    }
    const order = new Map<string, number[]>();
    let [running, most] = [0, 0];
    const reactor = await store.react(
      defineReactor(cartModel, {
        name: 'ships',
        concurrency: 4,
        partitionBy: ({ data }) => (data as { cart: string }).cart,
        on: {
          ItemAdded: async ({ sequence, data }) => {
            running += 1;
            most = Math.max(most, running);
            await new Promise((resolve) => setTimeout(resolve, (sequence * 7) % 5));
            order.set(data.cart, [...(order.get(data.cart) ?? []), sequence]);
            running -= 1;
          },
        },
      }),
    );
    await reactor.caughtUp();
    expect(most).toBe(4);
    expect(order.size).toBe(7);
    for (const sequences of order.values()) expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
    expect([...order.values()].flat()).toHaveLength(60);
  });

  test('a partition that waits for its next attempt does not stop the others', async () => {
    const store = await openCarts();
    await appendNotes(store, 'bad', 'b', 'c');
    const seen: string[] = [];
    const waited = Promise.withResolvers<void>();
    const running = await store.react(
      failing(seen, {
        concurrency: 2,
        retry: {
          attempts: 2,
          backoff: () => {
            waited.resolve();
            return 60_000;
          },
        },
        partitionBy: (event: NoteTaken) => event.data.text,
      }),
    );
    await waited.promise;
    await vi.waitFor(() => expect(seen).toEqual(['bad', 'b', 'c']));
    expect(running.sequence).toBe(0);
    await running.stop();
    expect(seen).toEqual(['bad', 'b', 'c']);
  });
});

describe('batches', () => {
  test('hold events in order, and repeat as a whole', async () => {
    const store = await openCarts();
    await appendNotes(store, 'a', 'b', 'c');
    await store.append({ type: 'CartCleared', data: { cart: 'x' } });
    const batches: [number, number[]][] = [];
    let attempts = 0;
    const running = await store.react(
      defineReactor(cartModel, {
        name: 'rows',
        types: ['NoteTaken'],
        batchSize: 2,
        retry: { backoff: () => 0 },
        onBatch: (events, { sequence }) => {
          attempts += 1;
          if (attempts === 2) throw new Error('deadlock');
          batches.push([sequence, events.map((event) => event.sequence)]);
        },
      }),
    );
    await appendNotes(store, 'd');
    await running.caughtUp();
    expect(batches.flatMap(([, sequences]) => sequences)).toEqual([1, 2, 3, 5]);
    for (const [sequence, sequences] of batches) {
      expect(sequence).toBe(sequences.at(-1));
      expect(sequences.length).toBeLessThanOrEqual(2);
    }
    expect(running.sequence).toBe(5);
  });

  test("an application's own checkpoint is loaded and saved", async () => {
    const store = await openCarts();
    await appendNotes(store, 'a', 'b', 'c');
    const database = { position: 1 as number | undefined, rows: [] as string[] };
    const reactor = defineReactor(cartModel, {
      name: 'rows',
      checkpoint: { load: () => database.position, save: (sequence) => void (database.position = sequence) },
      onBatch: (events, { sequence }) => {
        database.rows.push(...events.map((event) => (event.data as { text: string }).text));
        database.position = sequence;
      },
    });
    const running = await store.react(reactor);
    await running.caughtUp();
    expect(database).toEqual({ position: 3, rows: ['b', 'c'] });
    await running.stop();
    database.position = 2;
    await (await store.react(reactor)).caughtUp();
    expect(database).toEqual({ position: 3, rows: ['b', 'c', 'c'] });
  });

  test.each<[string, () => unknown, string]>([
    ['beyond the end', () => 9, 'the log ends at 1'],
    ['no sequence', () => 'x', 'gave x'],
    ['an error', () => Promise.reject(new Error('no table')), 'no table'],
  ])('a checkpoint that gives %s is refused', async (_name, load, words) => {
    const store = await openCarts();
    await appendNotes(store, 'a');
    const error = await errorOf(store.react(collecting([], { checkpoint: { load: load as never, save: () => {} } })));
    expect(error.code).toBe('INVALID_OPTION');
    expect(error.message).toContain(words);
  });
});

describe('stopping', () => {
  test('close aborts the signal, and waits for the effects in flight', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    await appendNotes(store, 'a');
    const began = Promise.withResolvers<void>();
    let ended = false;
    const running = await store.react(
      defineReactor(cartModel, {
        name: 'slow',
        on: {
          NoteTaken: async (_event, { signal }) => {
            began.resolve();
            await new Promise((resolve) => signal.addEventListener('abort', resolve));
            await new Promise((resolve) => setTimeout(resolve, 20));
            ended = true;
          },
        },
      }),
    );
    await began.promise;
    const waiting = errorOf(running.caughtUp());
    await store.close();
    expect(ended).toBe(true);
    expect((await waiting).code).toBe('STORE_CLOSED');
  });

  test('a reactor that is started while the store closes is refused, and runs no effect', async () => {
    const store = await openCarts({ path: await temporaryPath() });
    await appendNotes(store, 'a');
    const seen: string[] = [];
    const refused = errorOf(store.react(collecting(seen)));
    await store.close();
    expect((await refused).code).toBe('STORE_CLOSED');
    expect(seen).toEqual([]);
  });

  test('a Date of another realm is a time to start from', async () => {
    const store = await openCarts();
    await appendNotes(store, 'a');
    const seen: string[] = [];
    const time = vm.runInNewContext('new Date(0)') as Date;
    await (await store.react(collecting(seen, { from: { time } }))).caughtUp();
    expect(seen).toEqual(['a']);
  });

  test('an effect that throws because of the abort has not failed', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await appendNotes(store, 'a');
    const began = Promise.withResolvers<void>();
    const seen: string[] = [];
    const running = await store.react(
      collecting(seen, {
        retry: { attempts: 1 },
        on: {
          NoteTaken: async (_event: unknown, { signal }: { signal: AbortSignal }) => {
            began.resolve();
            await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
          },
        },
      }),
    );
    await began.promise;
    await store.close();
    expect(running.error).toBeUndefined();
    const again = await openCarts({ path });
    await (await again.react(collecting(seen))).caughtUp();
    expect(seen).toEqual(['a']);
  });

  test('a log that fails stops the reactor with its error', async () => {
    const store = await openCarts();
    const running = await store.react(collecting([]));
    await store.close();
    expect((await errorOf(running.caughtUp().then(() => running.retry(1)))).code).toBe('STORE_CLOSED');
  });
});

describe('history', () => {
  test('a reactor holds it back, also when it does not run, until it is forgotten', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path, history: 'discard' });
    await (await store.react(collecting([]))).stop();
    await appendNotes(store, 'a', 'b', 'c');
    await store.snapshot();
    await appendNotes(store, 'd');
    await store.snapshot();
    await appendNotes(store, 'e');
    const held = await store.compact();
    expect(held.dropped.throughSequence).toBe(0);
    expect(held.heldBack).toContain('the reactor notes needs what follows 0');
    await store.close();

    const again = await openCarts({ path, history: 'discard' });
    const seen: string[] = [];
    const running = await again.react(collecting(seen));
    await running.caughtUp();
    expect(seen).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect((await errorOf(again.forgetReactor('notes'))).message).toContain('it is running');
    await running.stop();
    await again.forgetReactor('notes');
    expect(await errorOf(again.forgetReactor('notes'))).toMatchObject({ code: 'INVALID_OPTION' });
    await appendNotes(again, 'f');
    await again.snapshot();
    await appendNotes(again, 'g');
    await again.snapshot();
    expect((await again.compact()).dropped.throughSequence).toBeGreaterThan(0);
    expect(await errorOf(again.react(collecting([])))).toMatchObject({ code: 'HISTORY_GONE' });
  });

  test('a parked event stays in the log', async () => {
    const store = await openCarts({ path: ':memory:', history: 'discard' });
    await appendNotes(store, 'a', 'bad', 'c', 'd');
    const seen: string[] = [];
    const running = await store.react(failing(seen, { onExhausted: 'park', retry: { attempts: 1 } }));
    await running.caughtUp();
    for (const text of ['e', 'f']) {
      await store.snapshot();
      await appendNotes(store, text);
    }
    await running.caughtUp();
    expect((await store.compact()).dropped.throughSequence).toBeLessThan(2);
    expect((await errorOf(running.retry(2))).code).toBe('REACTOR_FAILED');
  });
});

describe('a definition', () => {
  test.each<[string, object, string]>([
    ['no name', { on: {} }, 'no name'],
    ['an empty name', { name: '', on: {} }, '1 to 200 characters'],
    ['neither on nor onBatch', { name: 'x' }, 'either on or onBatch'],
    ['both', { name: 'x', on: {}, onBatch: () => {} }, 'either on or onBatch'],
    ['an unknown type', { name: 'x', on: { Nothing: () => {} } }, 'reacts to Nothing'],
    ['an effect that is not a function', { name: 'x', on: { NoteTaken: 5 } }, 'functions by event type'],
    ['an unknown option', { name: 'x', on: {}, form: 'now' }, 'no option form'],
    ['a bad start', { name: 'x', on: {}, from: 'end' }, "'start', 'now'"],
    ['a start at 0', { name: 'x', on: {}, from: { sequence: 0 } }, "'start', 'now'"],
    ['no attempts', { name: 'x', on: {}, retry: { attempts: 0 } }, '1 to 1,000,000'],
    ['an unknown policy', { name: 'x', on: {}, onExhausted: 'drop' }, "'stop', 'skip' or 'park'"],
    ['types without onBatch', { name: 'x', on: {}, types: ['NoteTaken'] }, 'belong to onBatch'],
    [
      'a parallel checkpoint',
      { name: 'x', on: {}, concurrency: 2, checkpoint: { load() {}, save() {} } },
      'concurrency of 1',
    ],
  ])('with %s is refused', (_name, definition, words) => {
    let error: unknown;
    try {
      defineReactor(cartModel, definition as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RefoldError);
    expect(error).toMatchObject({ code: 'INVALID_OPTION', message: expect.stringContaining(words) });
  });

  test('a second one of a name, and one on a read-only store, are refused', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.react(collecting([]));
    expect(await errorOf(store.react(collecting([])))).toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('runs already'),
    });
    const reader = await openCarts({ path, readOnly: true });
    expect((await errorOf(reader.react(collecting([])))).code).toBe('INVALID_OPTION');
  });
});
