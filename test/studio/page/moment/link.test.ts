import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules(); // their effects would run on in other tests
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

/** The modules as they are when a page is opened at an address, and the addresses that it writes. */
async function openedAt(hash: string) {
  vi.resetModules();
  const { followAddress } = await import('../../../../src/studio/page/moment/link.ts');
  const place = await import('../../../../src/studio/page/moment/place.ts');
  const written: string[] = [];
  vi.stubGlobal('location', { hash, pathname: '/' });
  vi.stubGlobal('addEventListener', () => {});
  vi.stubGlobal('history', { replaceState: (_state: null, _title: string, address: string) => written.push(address) });
  followAddress();
  return { place, written };
}

test.each([
  '#at=1015&path=orders.723&type=A&type=B&tag=x&where=data.price+%3E+5&text=a&from=1&to=2000',
  '#at=1015&by=time&view=book',
  '#at=1015&by=time&view=book&of=GOOG&since=1340285400015&until=1340287200015&low=5650000&high=5660000',
  '#at=1015&view=book&since=1340285400015&until=1340287200015',
])('what %s shows has this address again', async (address) => {
  const { place, written } = await openedAt(address);
  place.shown.value = { sequence: 1_015 } as never;
  expect(written.at(-1)).toBe(address);
});

test('the moment before the first event has an address, and none is written before a moment is shown', async () => {
  const { place, written } = await openedAt('#at=0');
  expect(place.wanted.value).toBe(0);
  expect(written).toEqual([]);
  place.shown.value = { sequence: 0 } as never;
  expect(written).toEqual(['#at=0']);
});

test.each([
  ['an end before the beginning', 'since=5&until=5'],
  ['an end alone', 'until=5'],
  ['words', 'since=a&until=b&by=prices'],
  ['Infinity, and nothing', 'since=&until=Infinity'],
  ['prices without a time', 'low=1&high=2'],
])('a window with %s is left out', async (_what, text) => {
  const { place } = await openedAt(`#at=5&view=book&${text}`);
  expect([place.heatmapWindow.value, place.timelineBy.value, place.tab.value]).toEqual([undefined, 'sequence', 'book']);
});

test('the subject and the window of a view are in a link to this view only', async () => {
  const { place, written } = await openedAt('#at=5&view=book&of=GOOG&since=1&until=2');
  place.shown.value = { sequence: 5 } as never;
  place.tab.value = 'state';
  await vi.waitFor(() => expect(written.at(-1)).toBe('#at=5'));
});
