import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('the address follows a move at once, and a long drag no more often than browsers take', async () => {
  vi.resetModules();
  const { followAddress } = await import('../../../../src/studio/page/moment/link.ts');
  const { shown } = await import('../../../../src/studio/page/moment/place.ts');
  vi.useFakeTimers();
  const written: { readonly when: number; readonly address: string }[] = [];
  vi.stubGlobal('location', { hash: '', pathname: '/' });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('history', {
    replaceState: (_state: null, _title: string, address: string) => written.push({ when: performance.now(), address }),
  });
  followAddress();
  for (let sequence = 1; sequence <= 3_000; sequence++) {
    shown.value = { sequence } as never;
    if (sequence <= 10) expect(written.at(-1)?.address).toBe(`#at=${sequence}`);
    vi.advanceTimersByTime(20);
  }
  vi.runAllTimers();
  expect(written.at(-1)?.address).toBe('#at=3000');
  for (const { when } of written) {
    expect(written.filter((one) => one.when >= when && one.when < when + 30_000).length).toBeLessThan(100);
  }
  expect(written.length).toBeGreaterThan(100);
});
