import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Desk, MOST_AT_ONCE } from '../../../src/studio/server/desk.ts';

const WORKER = `
  import { parentPort } from 'node:worker_threads';
  const { serveDesk } = await import(${JSON.stringify(new URL('../../../src/studio/server/desk-worker.ts', import.meta.url).href)});
  const { RefoldError } = await import(${JSON.stringify(new URL('../../../src/index.ts', import.meta.url).href)});
  let made = 0;
  let ended = 0;
  serveDesk(parentPort, new Map([
    ['echo', async (query) => ({ asked: Object.fromEntries(query) })],
    ['gone', async () => { throw new RefoldError('HISTORY_GONE', 'it was dropped', { hint: 'wait' }) }],
    ['broken', async () => { throw new TypeError('x is not a function') }],
    ['never', (_, signal) => new Promise((_, reject) => signal.addEventListener('abort', () => { ended++; reject(signal.reason) }))],
    ['counts', async () => ({ made, ended })],
    ['lines', async function* (query, signal) {
      try {
        for (let line = 0; line < Number(query.get('count')) && !signal.aborted; line++) { made++; yield { line } }
        if (query.has('fails')) throw new RefoldError('LOG_CORRUPT', 'it broke');
      } finally { ended++ }
    }],
    ['hostile', async () => { throw Object.create(null) }],
    ['large', async () => ({ text: 'x'.repeat(2_000_000) })],
    ['long', async function* () { try { yield {}; yield { text: 'x'.repeat(2_000_000) } } finally { ended++ } }],
    ['left', async (_, signal) => { signal.addEventListener('abort', () => ended++); return {} }],
    ['dies', async () => process.exit(1)],
  ]));
`;

let desk: Desk;
const signal = new AbortController().signal;
beforeAll(() => {
  desk = new Desk(new Worker(new URL(`data:text/javascript,${encodeURIComponent(WORKER)}`)));
});
afterAll(() => desk.close());

const ask = (route: string, query = '', by = signal) =>
  (desk.one(route)(new URLSearchParams(query), by) as Promise<string>).then(
    (json): Record<string, number> => JSON.parse(json),
  );
async function* lines(query: string, by = signal): AsyncGenerator<{ line: number }, void> {
  for await (const json of desk.lines('lines')(new URLSearchParams(query), by) as AsyncIterable<string>) {
    yield JSON.parse(json);
  }
}

test('answers come to those who asked', async () => {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => ask('echo', `n=${n}&text=a%26b`)));
  expect(answers).toEqual(Array.from({ length: 50 }, (_, n) => ({ asked: { n: String(n), text: 'a&b' } })));
});

test('errors come with their code and hint', async () => {
  await expect(ask('gone')).rejects.toMatchObject({
    problem: { code: 'HISTORY_GONE', message: 'it was dropped', hint: 'wait' },
  });
  await expect(ask('broken')).rejects.toMatchObject({ problem: { code: 'DEFECT', message: 'x is not a function' } });
});

test('a question whose asker goes away ends in the worker too', async () => {
  const { ended } = await ask('counts');
  const abort = new AbortController();
  const asked = ask('never', '', abort.signal);
  await ask('echo');
  abort.abort(new Error('gone'));
  await expect(asked).rejects.toThrow('gone');
  expect((await ask('counts')).ended).toBe(ended! + 1);
});

test('an error that cannot be read is a problem as well, and an answer that is too large is one too', async () => {
  await expect(ask('hostile')).rejects.toMatchObject({ problem: { code: 'DEFECT' } });
  await expect(ask('large')).rejects.toMatchObject({ problem: { code: 'INVALID_OPTION', hint: expect.any(String) } });
  const { ended } = await ask('counts');
  const read = desk.lines('long')(new URLSearchParams(), signal) as AsyncIterable<string>;
  await expect(Array.fromAsync(read)).rejects.toMatchObject({ problem: { code: 'INVALID_OPTION' } });
  expect((await ask('counts')).ended).toBe(ended! + 1);
});

test('what a question leaves behind ends when it is answered', async () => {
  const { ended } = await ask('counts');
  await ask('left');
  expect((await ask('counts')).ended).toBe(ended! + 1);
});

describe('lines', () => {
  test('come all, in order', async () => {
    const all = await Array.fromAsync(lines('count=1000'));
    expect(all.map(({ line }) => line)).toEqual(Array.from({ length: 1000 }, (_, line) => line));
    expect(await Array.fromAsync(lines('count=0'))).toEqual([]);
  });

  test('are made no faster than they are read', async () => {
    const { made } = await ask('counts');
    for await (const { line } of lines('count=100000')) {
      if (line < 10) continue;
      await ask('echo');
      expect((await ask('counts')).made! - made!).toBeLessThan(200);
      break;
    }
  });

  test('end in the worker when the reader stops, or goes away', async () => {
    const { ended } = await ask('counts');
    for await (const _ of lines('count=100000')) break;
    const abort = new AbortController();
    let read = 0;
    for await (const _ of lines('count=100000', abort.signal)) if (++read === 5) abort.abort();
    await expect.poll(async () => (await ask('counts')).ended).toBe(ended! + 2);
  });

  test('that end with an error give what came before it', async () => {
    const read: number[] = [];
    const reading = (async () => {
      for await (const { line } of lines('count=3&fails')) read.push(line);
    })();
    await expect(reading).rejects.toMatchObject({ problem: { code: 'LOG_CORRUPT' } });
    expect(read).toEqual([0, 1, 2]);
  });
});

test('more questions at once than it answers are refused, and room comes back', async () => {
  const abort = new AbortController();
  const waiting = Array.from({ length: MOST_AT_ONCE }, () => ask('never', '', abort.signal));
  await expect(ask('echo')).rejects.toMatchObject({ problem: { code: 'BUSY', hint: expect.any(String) } });
  await expect(Array.fromAsync(lines('count=1'))).rejects.toMatchObject({ problem: { code: 'BUSY' } });
  abort.abort(new Error('gone'));
  expect((await Promise.allSettled(waiting)).every(({ status }) => status === 'rejected')).toBe(true);
  expect(await ask('echo', 'n=1')).toEqual({ asked: { n: '1' } });
});

test('when the worker dies, those who wait get an error, and so do later ones', async () => {
  const waiting = ask('never');
  await expect(ask('dies')).rejects.toMatchObject({ problem: { code: 'STORE_FAILED' } });
  await expect(waiting).rejects.toMatchObject({ problem: { code: 'STORE_FAILED' } });
  await expect((async () => ask('echo'))()).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
