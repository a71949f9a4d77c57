/** When a log asks its file about an id, and when it need not: beside a file that is a list, and one that forgets as the log does. */
import { describe, expect, test } from 'vitest';
import { OUTCOMES_KEPT } from '../../../src/log/outcomes.ts';
import { type HandedIds, type IdSource, KnownIds } from '../../../src/log/paging/known-ids.ts';
import { sampleOf } from '../../sample.ts';

describe('filling', () => {
  test('until all ids are read, every id may be known; then those that were read', async () => {
    const ids = new KnownIds(1);
    const { source, pages } = sourceOf(named('old', 1_000));
    ids.fill(source);
    expect(ids.mayHold('other')).toBe(true);
    expect(pages).toEqual([]); // nothing is read in the turn of the opening
    await nextTurn();
    expect(ids.mayHold('other')).toBe(true);
    await turns(6);
    expect(ids.mayHold('other')).toBe(false);
    expect(named('old', 1_000).every((id) => ids.mayHold(id))).toBe(true);
    expect(Math.max(...pages)).toBeLessThanOrEqual(256); // a page a turn
  });

  test('takes one turn in an empty log', async () => {
    const ids = new KnownIds(1);
    ids.fill(sourceOf([]).source);
    await turns(2);
    expect(ids.mayHold('any')).toBe(false);
  });

  test('what is handed over meanwhile is known afterwards, whether it was read or not', async () => {
    const ids = new KnownIds(1);
    ids.fill(sourceOf(named('old', 2_000)).source);
    await nextTurn();
    const handed = ids.hand(outcomesOf(named('new', 10)));
    expect(handed.areNew).toBe(false); // not known yet
    ids.keep(handed);
    await turns(10);
    expect(named('new', 10).every((id) => ids.mayHold(id))).toBe(true);
    expect(ids.mayHold('other')).toBe(false);
  });

  test('ends with giving up: nothing more is read, and every id may be known', async () => {
    const ids = new KnownIds(1);
    const { source, pages } = sourceOf(named('old', 2_000));
    ids.fill(source);
    await nextTurn();
    ids.giveUp();
    const read = pages.length;
    await turns(10);
    expect(pages.length).toBe(read);
    expect(ids.mayHold('other')).toBe(true);
    expect(ids.bytes).toBe(0);
  });

  test('that fails gives up, and lets nothing out', async () => {
    const ids = new KnownIds(1);
    let pages = 0;
    ids.fill(() => {
      if (++pages === 2) throw new Error('a damaged page');
      return { ids: ['a'], last: Buffer.from('a') };
    });
    await turns(5);
    expect(pages).toBe(2);
    expect(ids.mayHold('other')).toBe(true);
    ids.keep(ids.hand(outcomesOf(['b'])));
    expect(ids.mayHold('b')).toBe(true);
  });
});

describe('handing over', () => {
  test('ids are known from then on, written or not', async () => {
    const ids = await full([]);
    const handed = ids.hand(outcomesOf(['a', 'b']));
    expect(handed.areNew).toBe(true);
    expect(ids.mayHold('a')).toBe(true);
    ids.keep(handed);
    expect(ids.mayHold('b')).toBe(true);
  });

  test.each([
    ['one of them is in the log', ['known', 'a']],
    ['one of them was handed over before', ['before', 'a']],
    ['one comes twice', ['a', 'b', 'a']],
  ])('ids are not all new when %s', async (_, given) => {
    const ids = await full(['known']);
    ids.keep(ids.hand(outcomesOf(['before'])));
    expect(ids.hand(outcomesOf(given)).areNew).toBe(false);
  });

  test('the empty id is like any other', async () => {
    const ids = await full([]);
    expect(ids.mayHold('')).toBe(true); // no page holds it, so it is always asked for
    expect(ids.hand(outcomesOf([''])).areNew).toBe(false);
  });
});

describe('a long life', () => {
  const lives = [
    { what: 'from nothing', start: 0, batch: 5_000, inFlight: 1 },
    { what: 'from a full log', start: OUTCOMES_KEPT, batch: 3_000, inFlight: 2 },
    { what: 'from a log with too many, as another release may leave it', start: 250_000, batch: 10_000, inFlight: 2 },
    { what: 'in huge appends', start: 50_000, batch: 70_000, inFlight: 2 },
    { what: 'with many on their way', start: 1_000, batch: 20_000, inFlight: 5 },
  ];
  test.each(sampleOf(lives))(
    'never denies an id that the log still holds, and stays small: $what',
    async ({ start, batch, inFlight }) => {
      const log = new ForgettingLog(named('start', start));
      const ids = await full([...log.ids]);
      const onTheirWay: { readonly given: string[]; readonly handed: HandedIds }[] = [];
      for (let round = 0; round * batch < 700_000; round++) {
        const given = named(`round-${round}-`, batch);
        if (round % 3 === 2) given[0] = `round-${round - 1}-0`; // one that is known already
        onTheirWay.push({ given, handed: ids.hand(outcomesOf(given)) });
        if (onTheirWay.length < inFlight) continue;
        const { given: written, handed } = onTheirWay.shift()!;
        log.write(written); // the file has them before the answer has come
        for (const id of log.oldest(500)) if (!ids.mayHold(id)) expect.fail(id);
        ids.keep(handed);
        for (const id of log.oldest(500)) if (!ids.mayHold(id)) expect.fail(id);
      }
      for (const id of log.ids) if (!ids.mayHold(id)) expect.fail(id);
      for (const { given } of onTheirWay) for (const id of given) if (!ids.mayHold(id)) expect.fail(id);
      expect(ids.bytes).toBeLessThanOrEqual(16 * 2 * (OUTCOMES_KEPT + 1_000 + batch * (inFlight + 1)));
      expect(ids.mayHold('round-0-1')).toBe(false); // forgotten here too
    },
  );

  test('ids of appends that are answered after a turnover are not counted for the next one', async () => {
    const ids = await full([]);
    const late = ids.hand(outcomesOf(named('late', 60_000)));
    ids.keep(ids.hand(outcomesOf(named('first', 101_000)))); // a turnover: `late` is in the older generation now
    ids.keep(late);
    ids.keep(ids.hand(outcomesOf(named('second', 60_000))));
    expect(named('late', 60_000).every((id) => ids.mayHold(id))).toBe(true); // the log still holds 40,000 of them
  });
});

/** The file's side: ids in the order of writing, forgotten as the writer does it, at the latest a hundred late. */
class ForgettingLog {
  readonly ids: Set<string>;
  #unforgotten = 0;

  constructor(ids: readonly string[]) {
    this.ids = new Set(ids);
  }

  write(given: readonly string[]): void {
    for (const id of given) {
      this.ids.delete(id);
      this.ids.add(id);
    }
    this.#unforgotten += given.length;
    if (this.#unforgotten < 100) return;
    let surplus = Math.min(Math.max(0, this.ids.size - OUTCOMES_KEPT), this.#unforgotten * 2);
    this.#unforgotten = 0;
    for (const id of this.ids) if (surplus-- > 0) this.ids.delete(id);
  }

  oldest(count: number): string[] {
    return [...this.ids.values().take(count)];
  }
}

async function full(held: readonly string[]): Promise<KnownIds> {
  const ids = new KnownIds(0x5eed);
  ids.fill(sourceOf(held).source);
  await turns(Math.ceil(held.length / 256) + 2);
  return ids;
}

/** A file of ids, in the order of their bytes, and the sizes of the pages that were read. */
function sourceOf(held: readonly string[]): { readonly source: IdSource<Uint8Array>; readonly pages: number[] } {
  const sorted = [...held].sort();
  const pages: number[] = [];
  let next = 0;
  const source: IdSource<Uint8Array> = (after, atMost) => {
    expect(Buffer.from(after ?? []).toString()).toBe(sorted[next - 1] ?? '');
    const ids = sorted.slice(next, next + atMost);
    next += ids.length;
    pages.push(ids.length);
    return { ids, last: ids.length === 0 ? undefined : Buffer.from(ids.at(-1)!) };
  };
  return { source, pages };
}

function named(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}${index}`);
}

function outcomesOf(ids: readonly string[]) {
  return ids.map((commandId) => ({ commandId, recordedAt: 1, outcome: '{}' }));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}
