import { afterEach, expect, test, vi } from 'vitest';
import { settle, stubServer } from '../server-stub.ts';

afterEach(() => {
  vi.unstubAllGlobals();
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
