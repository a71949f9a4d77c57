/** The kit for threads: numbered requests, progress, errors that keep their type, and the end of a thread. */
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { RefoldError } from '../../src/core/errors.ts';
import { askOnce, Thread, type ThreadOptions } from '../../src/threads/thread.ts';
import type { TestJobs } from './fixtures/check-worker.ts';

const FROM = new URL('fixtures/starter.ts', import.meta.url).href;

function options(more: Partial<ThreadOptions> = {}): ThreadOptions {
  return { name: 'check-worker', from: FROM, data: {}, action: 'work on', path: 'x.db', ...more };
}

function start(more?: Partial<ThreadOptions>): Promise<Thread<TestJobs, string>> {
  return Thread.start<TestJobs, string>(options(more));
}

async function refusalOf(work: Promise<unknown>): Promise<Error & Partial<RefoldError>> {
  return work.then(
    () => expect.fail('it should have failed'),
    (error) => error,
  );
}

describe('a request', () => {
  test('gets its own answer, whatever order the answers come in', async () => {
    const thread = await start();
    const order: number[] = [];
    const note = (answer: number): number => order.push(answer);
    await Promise.all([thread.ask('wait', 40).then(note), thread.ask('double', 4).then(note)]);
    expect(order).toEqual([8, 40]);
    await thread.end();
  });

  test('hears its own progress, before its answer', async () => {
    const thread = await start();
    const heard: string[] = [];
    const hear = (name: string) => (number: number) => heard.push(`${name}${number}`);
    const first = thread.ask('count', 2, [], hear('a')).then(() => heard.push('a is done'));
    await Promise.all([first, thread.ask('count', 1, [], hear('b'))]);
    expect(heard).toEqual(['a1', 'a2', 'a is done', 'b1']);
    await thread.end();
  });

  test('moves buffers both ways', async () => {
    const thread = await start();
    const bytes = new Uint8Array(1000);
    expect(await thread.ask('take', bytes, [bytes.buffer])).toBe(1000);
    expect(bytes.byteLength).toBe(0);
    expect(await thread.ask('give', 500)).toHaveLength(500);
    await thread.end();
  });

  test('that is refused gets the error as it was thrown, with the text of its cause', async () => {
    const thread = await start();
    const error = await refusalOf(thread.ask('refuse', undefined));
    expect(error).toBeInstanceOf(RefoldError);
    expect(error).toMatchObject({ code: 'LOG_CORRUPT', path: 'x.db', sequence: 7, hint: 'Mend it' });
    expect(error.cause).toEqual(new Error('the reason'));
    expect(await refusalOf(thread.ask('break', undefined))).toMatchObject({ message: 'It failed: plainly' });
    expect(await thread.ask('double', 1)).toBe(2);
    await thread.end();
  });

  test('that cannot be cloned is a rejection, and the thread goes on', async () => {
    const thread = await start();
    const input = (() => 1) as unknown as number;
    expect(await refusalOf(thread.ask('double', input))).toMatchObject({ name: 'DataCloneError' });
    expect(await thread.ask('double', 3)).toBe(6);
    await thread.end();
  });

  test('is answered before the work that should not delay it', async () => {
    const thread = await start();
    await refusalOf(thread.ask('break', undefined));
    await thread.ask('double', 1);
    expect(await thread.ask('happened', undefined)).toEqual(['answered', 'answered']);
    await thread.end();
  });

  test('for one answer starts a thread and ends it', async () => {
    const told: number[] = [];
    await askOnce<TestJobs, 'count'>(options(), 'count', 2, (number) => told.push(number));
    expect(told).toEqual([1, 2]);
  });
});

describe('the start', () => {
  test('waits until the thread has opened what it works on', async () => {
    const thread = await start();
    expect(thread.opened).toBe('open');
    await thread.end();
  });

  test('fails with what the opening threw', async () => {
    const error = await refusalOf(start({ data: { failsToOpen: true } }));
    expect(error).toMatchObject({ code: 'STORE_FAILED', message: 'It failed: no such thing' });
  });
});

describe('the death of a thread', () => {
  test('is told once: to all that is pending with one error, and to what comes later', async () => {
    const thread = await start();
    const pending = [thread.ask('wait', 10_000), thread.ask('wait', 10_000), thread.ask('exit', undefined)];
    const errors = await Promise.all(pending.map(refusalOf));
    const later = await refusalOf(thread.ask('double', 1));
    expect(new Set([...errors, later]).size).toBe(1);
    expect(later).toMatchObject({ code: 'STORE_FAILED', message: expect.stringMatching(/^Cannot work on x\.db: /) });
    expect(thread.death).toBeInstanceOf(Error);
    await thread.end();
  });

  test('is what the starter says it is, once the thread was open', async () => {
    const deathOf = () => new RefoldError('OUTCOME_UNKNOWN', 'Half of it may be done');
    const thread = await start({ deathOf });
    expect(await refusalOf(thread.ask('exit', undefined))).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    const missing = await refusalOf(start({ deathOf, from: 'file:///nowhere/x.js' }));
    expect(missing).toMatchObject({ code: 'STORE_FAILED', hint: expect.stringContaining('external') });
  });
});

describe('the end', () => {
  test('comes after the jobs that the thread does one after the other', async () => {
    const thread = await start();
    const answers = Promise.all([thread.ask('double', 1), thread.ask('double', 2)]);
    await thread.end();
    expect(await answers).toEqual([2, 4]);
  });

  test('fails with what closing threw', async () => {
    const thread = await start({ data: { failsToClose: true } });
    expect(await refusalOf(thread.end())).toMatchObject({ message: 'It failed: it is stuck' });
  });

  test('comes at once when the thread is aborted', async () => {
    const thread = await start();
    const pending = refusalOf(thread.ask('wait', 600_000));
    await thread.abort();
    expect(await pending).toMatchObject({ code: 'STORE_FAILED' });
  });

  test('comes at once when its signal says so, even before the thread is open', async () => {
    const stop = new AbortController();
    const starting = refusalOf(start({ data: { opensLate: true }, signal: stop.signal }));
    setTimeout(() => stop.abort(), 50);
    expect(await starting).toMatchObject({ code: 'STORE_FAILED' });
  });
});

describe('the process', () => {
  const run = (work: string): string => {
    const program = `
      import { Thread } from ${JSON.stringify(new URL('../../src/threads/thread.ts', import.meta.url).href)};
      const thread = await Thread.start(${JSON.stringify(options())});
      ${work}`;
    return execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' });
  };

  test('is kept alive by a pending request', () => {
    expect(run(`void thread.ask('wait', 200).then(() => console.log('answered'));`)).toBe('answered\n');
  });

  test('is not kept alive by an idle thread', () => {
    expect(run(`await thread.ask('double', 1); console.log('over');`)).toBe('over\n');
  });

  test('is kept alive while the end of a thread is waited for', () => {
    expect(run(`void thread.end().then(() => console.log('ended'));`)).toBe('ended\n');
  });
});
