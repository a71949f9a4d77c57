/** The progress bar that the command line and the example share, on a screen that remembers and a clock that is set by hand. */
import { describe, expect, test } from 'vitest';
import { type Step, TerminalBar } from '../../src/terminal/progress.ts';

const ERASE = '\r\u001b[2K';

function screen({ isTTY = true, columns = 200, colorDepth = 8 } = {}) {
  const written: string[] = [];
  const terminal = {
    ...{ isTTY, columns },
    getColorDepth: () => colorDepth,
    write: (text: string) => void written.push(text),
  };
  let time = 0;
  const bar = new TerminalBar(terminal, () => time);
  const at = (ms: number, step: Partial<Step>): void => {
    time = ms;
    bar.update({ label: 'work', done: 0, total: 1_000, ...step });
  };
  return { written, bar, at };
}

/** What stands there after two updates, the second one after ten seconds. */
function lineAfter(first: Partial<Step>, second: Partial<Step>, options = {}): string {
  const { written, at } = screen(options);
  at(0, first);
  at(10_000, second);
  return written
    .at(-1)!
    .replace(ERASE, '')
    .replace(/^\r *\r/, '');
}

describe('a bar', () => {
  test('shows nothing for work that ends within a second, and nothing where there is no terminal', () => {
    const fast = screen();
    fast.at(0, {});
    fast.at(999, { done: 999 });
    fast.bar.clear();
    const file = screen({ isTTY: false });
    for (let ms = 0; ms < 60_000; ms += 500) file.at(ms, { done: ms });
    file.bar.clear();
    expect([fast.written, file.written]).toEqual([[], []]);
  });

  test('is drawn ten times a second at most, and vanishes at the end', () => {
    const { written, bar, at } = screen();
    for (let ms = 0; ms < 2_000; ms += 10) at(ms, { done: ms / 4 });
    expect(written).toHaveLength(10);
    bar.clear();
    bar.clear();
    expect(written.slice(10)).toEqual([ERASE]);
  });

  test('begins again with another label', () => {
    const { written, at } = screen();
    at(0, { label: 'a' });
    at(5_000, { label: 'a', done: 500 });
    at(5_100, { label: 'b', done: 500 });
    at(6_200, { label: 'b', done: 750 });
    expect(written.map((text) => text.replace(ERASE, '').slice(0, 1))).toEqual(['a', '', 'b']);
    expect(written.at(-1)).toContain('ETA 2s'); // from where b began
  });

  test.each<[string, Partial<Step>, Partial<Step>, string]>([
    ['events', {}, { done: 500 }, 'work  ████████████░░░░░░░░░░░░   50 %  500 of 1,000  50/s  ETA 10s'],
    [
      'events from a place on',
      { done: 2_000, total: 4_000 },
      { done: 3_000, total: 4_000 },
      'work  ██████████████████░░░░░░   75 %  3,000 of 4,000  100/s  ETA 10s',
    ],
    [
      'bytes',
      { total: 3e9, unit: 'bytes' },
      { done: 1e9, total: 3e9, unit: 'bytes' },
      'work  ████████░░░░░░░░░░░░░░░░   33 %  1 GB of 3 GB  100 MB/s  ETA 20s',
    ],
    [
      'a fraction',
      { total: 1, unit: 'none' },
      { done: 0.25, total: 1, unit: 'none' },
      'work  ██████░░░░░░░░░░░░░░░░░░   25 %  ETA 30s',
    ],
    [
      'a count whose share is known by other means',
      { total: undefined, share: 0 },
      { done: 12_345, total: undefined, share: 0.2 },
      'work  ████░░░░░░░░░░░░░░░░░░░░   20 %  12,345  1,235/s  ETA 40s',
    ],
    ['a count alone', { total: undefined }, { done: 12_345, total: undefined }, 'work  12,345  1,235/s'],
    ['nothing done', {}, {}, 'work  ░░░░░░░░░░░░░░░░░░░░░░░░    0 %  0 of 1,000  0/s  ETA ?'],
    [
      'more than there was',
      {},
      { done: 1_200 },
      'work  ████████████████████████  100 %  1,200 of 1,000  120/s  ETA 0ms',
    ],
    ['nothing of nothing', { total: 0 }, { total: 0 }, 'work  ████████████████████████  100 %  0  0/s  ETA ?'],
  ])('says %s', (_, first, second, line) => {
    expect(lineAfter(first, second)).toBe(line);
  });

  test.each([200, 80, 60, 40, 24, 12, 3, 1, 0])('never reaches the edge of %i columns', (columns) => {
    const step = { total: 10_000_000, label: 'match again' };
    const line = lineAfter(step, { ...step, done: 3_456_789 }, { columns });
    expect(line.length).toBeLessThan(Math.max(columns, 1));
    if (columns >= 40) expect(line).toMatch(/34 %.*ETA 19s$/);
  });

  test('is plain text without any escape where there are no colours: NO_COLOR, TERM=dumb', () => {
    const { written, bar, at } = screen({ colorDepth: 1 });
    at(0, {});
    at(10_000, { done: 500 });
    at(20_000, { done: 501 });
    bar.clear();
    const line = 'work  ############............   50 %  500 of 1,000  50/s  ETA 10s';
    expect(written[0]).toBe(`\r\r${line}`);
    expect(written[1]).toMatch(new RegExp(`^\\r {${line.length}}\\rwork`));
    expect(written[2]).toMatch(/^\r +\r$/);
    expect(written.join('')).not.toMatch(/[^\r -~]/);
  });
});
