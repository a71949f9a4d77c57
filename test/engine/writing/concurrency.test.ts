/**
 * Concurrent work: reading, sealing, snapshots and failures in the middle of writing.
 *
 * Each case once went wrong in a simulated world (`test/faults/simulation/`). Here it is written by hand, on a log that answers
 * when the test says so.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type LogStore, openMemoryLog, openStore, replay } from '../../../src/index.ts';
import { MemoryContents } from '../../../src/log/memory.ts';
import { added, cartModel, note } from '../cart.ts';
import { errorOf, manualClock, temporaryPath } from '../harness.ts';

/** A log with some of its methods replaced. */
function logWith<Log extends object = LogStore>(inner: Log, replaced: Partial<Log>): Log {
  return new Proxy(inner, {
    get(target, name) {
      const value = Reflect.get(replaced, name) ?? Reflect.get(target, name, target);
      return typeof value === 'function' && !Object.hasOwn(replaced, name) ? value.bind(target) : value;
    },
  });
}

const openOn = (log: LogStore, options: object = {}) => openStore(cartModel, { log, ...options });
const large = () => note('x'.repeat(200_000));
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('reading while sealing joins blocks', () => {
  test('events gives each event once', async () => {
    const store = await openOn(openMemoryLog());
    for (let i = 1; i <= 6; i++) await store.append(note(`note ${i}`));
    const read: number[] = [];
    for await (const { sequence } of store.events()) {
      read.push(sequence);
      if (sequence === 3) await store.compact();
    }
    expect(read).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('follow gives each event once', async () => {
    const store = await openOn(openMemoryLog());
    for (let i = 1; i <= 6; i++) await store.append(note(`note ${i}`));
    const read: number[] = [];
    const stop = new AbortController();
    for await (const { sequence } of store.follow({ signal: stop.signal })) {
      read.push(sequence);
      if (sequence === 6) {
        await store.append(note('note 7'));
        await store.compact();
      }
      if (sequence === 7) stop.abort();
    }
    expect(read).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });
});

describe('a snapshot beside writers', () => {
  test('has the sequence whose state was encoded, also when the log answers in the same turn', async () => {
    const store = await openOn(openMemoryLog());
    const write = async (): Promise<void> => {
      for (let count = 0; count < 4; count++) await store.append(large());
    };
    for (let round = 0; round < 10; round++) {
      const before = [write(), write()];
      const { sequence } = store;
      const [report] = await Promise.all([store.snapshot(), write(), write(), ...before]);
      expect(report.sequence).toBe(sequence);
    }
    expect((await store.verify()).ok).toBe(true);
  });
});

describe('verify', () => {
  test('beside appends that are not durable yet compares what the log has', async () => {
    const inner = openMemoryLog();
    let held = Promise.resolve();
    const log = logWith(inner, { append: (request) => held.then(() => inner.append(request)) });
    const store = await openOn(log);
    let release = (): void => {};
    let second: Promise<unknown> | undefined;
    store.subscribe(() => {
      held = new Promise((resolve) => (release = resolve));
      second ??= store.append(added('a', 2));
    });
    void store.append(added('a', 1));
    const verifying = store.verify();
    for (let i = 0; i < 20; i++) await turn();
    release();
    expect((await verifying).problems).toEqual([]);
    await second;
  });

  test('starts again when the snapshot that it was about to read was deleted for newer ones', async () => {
    const inner = openMemoryLog();
    let isToGo = true;
    const log = logWith(inner, {
      async *readSnapshot(info) {
        if (isToGo) await inner.dropSnapshots('', [info.sequence]);
        isToGo = false;
        yield* inner.readSnapshot(info);
      },
    });
    const store = await openOn(log);
    for (let i = 1; i <= 3; i++) {
      await store.append(note(`note ${i}`));
      await store.snapshot();
    }
    expect((await store.verify()).problems).toEqual([]);
    expect(isToGo).toBe(false);
  });
});

describe('under the direct fold', () => {
  test('no snapshot is taken of a state that a reducer left half changed', async () => {
    const contents = new MemoryContents();
    const inner = openMemoryLog({ contents });
    const answers: (() => void)[] = [];
    const log = logWith(inner, {
      async append(request) {
        await inner.append(request);
        await new Promise<void>((resolve) => answers.push(resolve));
      },
    });
    const store = await openOn(log, { fold: 'direct', recoverWithin: 0.01 });
    const commits = Array.from({ length: 5 }, (_, i) => store.append(note(`note ${i}`)));
    await turn();
    const refused = errorOf(store.append({ type: 'Exploded', data: { after: 1 } }));
    for (const answer of answers) answer();
    await Promise.all(commits);
    expect((await refused).code).toBe('REDUCER_FAILED');
    for (let i = 0; i < 10; i++) await turn();
    expect(await inner.snapshots('')).toEqual([]);
    const reopened = await openStore(cartModel, { log: openMemoryLog({ contents }) });
    expect(await reopened.stateHash()).toBe((await replay(cartModel, { log: openMemoryLog({ contents }) })).stateHash);
  });

  test('also not at a close during a retry', async () => {
    const contents = new MemoryContents();
    const inner = openMemoryLog({ contents });
    let answer = (): void => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    // The log answers later whether it knows the command.
    const log = logWith(inner, { outcome: async (commandId) => asked.then(() => inner.outcome(commandId)) });
    const store = await openOn(log, { fold: 'direct' });
    await store.append(note('first'));
    const late = errorOf(store.append({ type: 'Exploded', data: { after: 1 } }, { commandId: 'late' }));
    const closed = store.close().catch(() => {});
    answer();
    expect((await late).code).toBe('REDUCER_FAILED');
    await closed;
    const reopened = await openStore(cartModel, { log: openMemoryLog({ contents }) });
    expect(await reopened.stateHash()).toBe((await replay(cartModel, { log: openMemoryLog({ contents }) })).stateHash);
  });
});

describe('group commit', () => {
  test('waits for the rest of the turn while little is queued, and for nothing when there is enough', async () => {
    const inner = openMemoryLog();
    const blocks: number[] = [];
    const append: LogStore['append'] = (request) => {
      blocks.push(request.commits.length);
      return inner.append(request);
    };
    const store = await openOn(logWith(inner, { append }));
    const written = [store.append(note('a')), store.append(note('b'))];
    expect(blocks).toEqual([]);
    written.push(store.append(large()));
    expect(blocks).toEqual([3]);
    written.push(store.append(note('c')));
    await Promise.all(written);
    expect(blocks).toEqual([3, 1]);
  });
});

describe('a log that answers in another order than it was asked', () => {
  test('completes commits in the order of the calls', async () => {
    const inner = openMemoryLog();
    const answers: (() => void)[] = [];
    const log = logWith(inner, {
      async append(request) {
        await inner.append(request);
        await new Promise<void>((resolve) => answers.push(resolve));
      },
    });
    const store = await openOn(log);
    const published: number[] = [];
    store.subscribe((events) => published.push(...events.map(({ sequence }) => sequence)));
    const first = store.append(large());
    await turn();
    const second = store.append(large());
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]!();
    await turn();
    expect([published, store.durableSequence]).toEqual([[], 0]);
    answers[0]!();
    await Promise.all([first, second]);
    expect([published, store.durableSequence]).toEqual([[1, 2], 2]);
  });

  test('a refusal of the second does not affect the first', async () => {
    const inner = openMemoryLog();
    const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
    const log = logWith(inner, {
      async append(request) {
        if (request.expectedSequence === 0) await inner.append(request);
        await new Promise<void>((resolve, reject) => answers.push({ resolve, reject }));
      },
    });
    const store = await openOn(log);
    const first = store.append(large());
    await turn();
    const second = errorOf(store.append(large()));
    await turn();
    answers[1]!.reject(new Error('EIO'));
    await turn();
    answers[0]!.resolve();
    expect(await first).toMatchObject({ lastSequence: 1 });
    expect((await second).code).toBe('OUTCOME_UNKNOWN');
  });

  test('nothing is sent behind a block that only holds outcomes: it could be kept where that is refused', async () => {
    const inner = openMemoryLog();
    const sent: number[] = [];
    const log = logWith(inner, {
      async append(request) {
        sent.push(request.commits.length);
        await new Promise(() => {});
      },
    });
    const store = await openOn(log);
    void store.execute('touch', {}, { commandId: 'no events' });
    await turn();
    void store.append(large());
    await turn();
    expect(sent).toEqual([0]);
  });
});

describe('compaction', () => {
  test('uses the newest snapshots when more were taken meanwhile', async () => {
    const inner = openMemoryLog();
    let onSeal = async (): Promise<void> => {};
    const log = logWith(inner, {
      care: logWith(inner.care!, {
        async seal(options) {
          const report = await inner.care!.seal(options);
          await onSeal();
          return report;
        },
      }),
    });
    const store = await openOn(log, { history: { maxBytes: 1 } });
    const round = async (i: number): Promise<void> => {
      await store.append(Array.from({ length: i }, (_, j) => note(`note ${i} ${j}`)));
      await store.snapshot();
    };
    for (const i of [1, 1, 2]) await round(i);
    onSeal = async () => {
      onSeal = async () => {};
      for (const i of [4, 8, 16, 32]) await round(i);
    };
    await store.compact();
    expect((await store.verify()).ok).toBe(true);
    expect(store.stats().firstSequence).toBeGreaterThan(1);
  });
});

describe('a reader that opens beside a writer', () => {
  test('looks for the end after it has seen the snapshots: a writer may move both in between', async () => {
    const contents = new MemoryContents();
    const writer = await openOn(openMemoryLog({ contents }));
    await writer.append(note('first'));
    const inner = openMemoryLog({ contents });
    const old = inner.head();
    let hasMoved = false;
    await inner.append({ expectedSequence: 1, epoch: inner.epoch, commits: [queued('second')], outcomes: [] });
    const log = logWith(inner, {
      readOnly: true,
      head: () => (hasMoved ? inner.head() : old),
      snapshots(owner) {
        hasMoved = true;
        return inner.snapshots(owner);
      },
    });
    await inner.putSnapshot(snapshotAt(inner), []);
    expect((await openOn(log)).sequence).toBe(2);
  });
});

describe('a save rule', () => {
  test('fires again after the clock was set back', async () => {
    const clock = manualClock(10_000_000_000);
    const path = await temporaryPath();
    await using store = await openStore(cartModel, { path, clock: clock.read, save: [{ seconds: 0.01, changes: 1 }] });
    clock.now -= 5_000_000_000;
    await store.append(note('long ago'));
    await pause(20);
    await store.append(note('a moment later'));
    await expect.poll(() => store.stats().snapshotSequence).toBeGreaterThan(0);
  });

  test("counts the machine's seconds, not those of the store's clock", async () => {
    const clock = manualClock(10_000_000_000);
    const path = await temporaryPath();
    await using store = await openStore(cartModel, { path, clock: clock.read, save: [{ seconds: 600, changes: 1 }] });
    for (let day = 0; day < 20; day++) {
      clock.now += 86_400_000;
      await store.append(note(`day ${day}`));
      await store.flush();
    }
    await pause(20);
    expect(store.stats().snapshotSequence).toBe(0);
  });
});

function queued(text: string) {
  return { events: 1, recordedAt: 2_000_000, json: JSON.stringify([['NoteTaken', 1, { text }]]) };
}

/** A snapshot that no model can use: only its sequence matters. */
function snapshotAt(log: LogStore) {
  const { sequence, recordedAt, chain } = log.head();
  return { owner: '', sequence, recordedAt, chain, stateHash: '', fingerprint: '{}', format: 0, bytes: 0 };
}
