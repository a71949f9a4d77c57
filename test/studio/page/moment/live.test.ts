import { afterEach, expect, test, vi } from 'vitest';
import { settle, stubServer } from '../server-stub.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules(); // their effects would run on in other tests
});

test('events are new until the end was looked at, also those that came while the tab was hidden', async () => {
  vi.resetModules();
  const { goToEnd, keepLive, unseen } = await import('../../../../src/studio/page/moment/live.ts');
  const { go, wanted } = await import('../../../../src/studio/page/moment/place.ts');
  let lastSequence = 1_000;
  const log = () => ({ firstSequence: 1, lastSequence, events: lastSequence, generation: 'a', path: 'a.db' });
  stubServer((route) => (route === 'log' ? log() : new Promise(() => {})));
  let turn = () => {};
  const page = { hidden: false, addEventListener: (_: string, listener: () => void) => (turn = listener) };
  vi.stubGlobal('document', page);
  const hideUntil = async (last: number): Promise<void> => {
    page.hidden = true;
    turn();
    lastSequence = last;
    page.hidden = false;
    turn();
    await settle();
  };
  keepLive();
  await settle();
  go(100);
  expect(unseen.value).toBe(0);
  await hideUntil(1_412);
  expect([wanted.value, unseen.value]).toEqual([100, 412]);
  goToEnd();
  expect([wanted.value, unseen.value]).toEqual([1_412, 0]);
  await hideUntil(1_500);
  expect([wanted.value, unseen.value]).toEqual([1_500, 0]);
});

test('the log is asked again when a snapshot was taken or compaction has worked, and its recovery grows with its events', async () => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }); // the rate fades for seconds
  const { keepLive } = await import('../../../../src/studio/page/moment/live.ts');
  const { log } = await import('../../../../src/studio/page/moment/place.ts');
  const answer = {
    ...{ firstSequence: 1, lastSequence: 1_000, events: 1_000, generation: 'a', path: 'a.db', upkeep: '0' },
    recovery: { events: 200, milliseconds: 10, eventsPerSecond: 1_000 },
  };
  let stream!: ReadableStreamDefaultController<Uint8Array>;
  const lines = new ReadableStream<Uint8Array>({ start: (controller) => void (stream = controller) });
  const requests: string[] = [];
  let upkeep = '0';
  vi.stubGlobal('sessionStorage', { getItem: () => 'key' });
  vi.stubGlobal('document', { hidden: false, addEventListener: () => {} });
  vi.stubGlobal('fetch', async (url: string) => {
    const route = url.slice(5).split('?')[0]!;
    requests.push(route);
    return route === 'live' ? new Response(lines) : Response.json({ ...answer, upkeep });
  });
  const tell = async (last: number, events: number): Promise<void> => {
    const line = { last, events, types: {}, generation: 'a', hasWriter: false, upkeep, problems: [] };
    stream.enqueue(new TextEncoder().encode(`${JSON.stringify(line)}\n`));
    await settle();
  };
  keepLive();
  await settle();
  await tell(1_100, 100);
  expect(requests).toEqual(['log', 'live']);
  expect(log.value?.recovery).toEqual({ events: 300, milliseconds: 110, eventsPerSecond: 1_000 });
  upkeep = '1';
  await tell(1_100, 0);
  expect(requests).toEqual(['log', 'live', 'log']);
  expect(log.value).toMatchObject({ lastSequence: 1_100, upkeep: '1' });
  await tell(1_100, 0);
  expect(requests).toHaveLength(3);
});

test('after one question found no server the stream is begun again, which shows whether there is one', async () => {
  vi.resetModules();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { keepLive } = await import('../../../../src/studio/page/moment/live.ts');
  const { trouble } = await import('../../../../src/studio/page/moment/place.ts');
  const { StudioProblem } = await import('../../../../src/studio/page/base/api.ts');
  const log = { firstSequence: 1, lastSequence: 9, events: 9, generation: 'a', path: 'a.db' };
  const requests = stubServer((route) => (route === 'log' ? log : new Promise(() => {})));
  vi.stubGlobal('document', { hidden: false, addEventListener: () => {} });
  vi.stubGlobal(
    'fetch',
    (
      (fetched) => (address: string, options: object) =>
        address.startsWith('/api/live')
          ? Promise.resolve(new Response(new ReadableStream()))
          : fetched(address, options)
    )(globalThis.fetch as unknown as (address: string, options: object) => Promise<Response>),
  );
  keepLive();
  await settle();
  const before = requests.length;
  trouble.value = new StudioProblem({ code: 'SERVER_GONE', message: 'it does not answer' });
  await settle();
  expect([trouble.value?.code, requests.length]).toEqual(['SERVER_GONE', before]);
  vi.advanceTimersByTime(1_000);
  await settle();
  expect(trouble.value).toBeUndefined();
  expect(requests.slice(before)).toEqual(['log?']);
});
