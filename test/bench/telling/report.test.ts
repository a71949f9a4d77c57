/** What a run's rows become: ratios, plots, pages. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { latencyOf, type Row, summariseRounds } from '../measuring/workload.ts';
import { parseOptions, sizeOf } from '../options.ts';
import type { Aim } from './aim.ts';
import { AIMS } from './aims.ts';
import { drawChart } from './chart.ts';
import { placeOf, plotsOf } from './curves.ts';
import { NOTES } from './notes.ts';
import { ratiosOf, rowsOf } from './ratios.ts';
import { figuresIn, withFigures } from './readme.ts';
import { makeReport, type Report, reportJson, reportMarkdown, reportText } from './report.ts';

const ROOT = new URL('../../../', import.meta.url);

function row(name: string, figures: Partial<Row> = {}): Row {
  return { name, what: name, by: 'refold', durability: 'reads', unit: 'ms', runs: [1], ...figures };
}

function reportOf(rows: readonly Row[]): Report {
  const machine = {
    date: '2026-01-05',
    cpu: 'a <fast> CPU',
    cores: 2,
    memoryGb: 8,
    system: 'Linux',
    fileSystem: 'ext4',
    load: 0,
    node: 'v24.0.0',
    versions: { refold: '0.1.0' },
  };
  const results = [
    { name: 'some', rows },
    { name: 'redis', failure: 'redis-server is not installed' },
  ];
  return makeReport({ machine, size: 'quick', command: 'npm run bench', seconds: 1, bytesPerEvent: 100 }, results);
}

const OPEN = [
  row('open-smallest', { at: 1_000, runs: [10, 30, 20] }),
  row('open-largest', { at: 1_000_000, runs: [25, 80, 40] }),
];

describe('ratios', () => {
  test('are of medians, and of percentiles where they are asked for', () => {
    const latency = (p99: number) => ({ latency: { p50: 1, p99 } });
    const rows = [...OPEN, row('table-smallest', latency(2)), row('table-largest', latency(5))];
    const ratios = ratiosOf(rows).map(({ name, ratio, reached }) => [name, ratio, reached]);
    expect(ratios).toEqual([
      ['open-flat', 2, false],
      ['table-flat', 2.5, false],
      ['table-median', 1, undefined],
    ]);
  });

  test('of questions about the past have a section of the page', () => {
    const rows = [row('looking-replay', { runs: [100] }), row('looking-walk', { runs: [50] })];
    const [first, section] = reportMarkdown(reportOf([...OPEN, ...rows])).split('## Looking back');
    expect(first).not.toContain('a walk through');
    expect(section!.split('## Figures')[0]).toMatch(/a walk through .*\| 2 \|/);
  });

  test('whose rows are missing are left out', () => {
    expect(ratiosOf([OPEN[0]!])).toEqual([]);
  });

  test('say in words what is aimed at, and mark what belongs to the machine', () => {
    const of = (figures: (name: string) => number) => figures('x');
    const aims: Aim[] = [
      { name: 'a', what: 'a', of, atLeast: 1_000, unit: 'events/s' },
      { name: 'b', what: 'b', of, atMost: 2 },
      { name: 'c', what: 'c', of, atMost: 12, unit: 'bytes' },
      { name: 'd', what: 'd', of },
    ];
    expect(ratiosOf([row('x')], aims).map(({ aim }) => aim)).toEqual(['≥ 1,000 events/s ◦', '≤ 2', '≤ 12 bytes', '']);
  });

  test('have unique names, and rows to look at', () => {
    expect(new Set(AIMS.map(({ name }) => name)).size).toBe(AIMS.length);
    expect(AIMS.filter((aim) => rowsOf(aim).length === 0)).toEqual([]);
  });

  test('that notes are about are there', () => {
    const names = AIMS.map(({ name }) => name);
    expect(Object.keys(NOTES).filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe('rounds measured in turns', () => {
  test('have the median of the percentiles of all runs', () => {
    const round = (...latencies: number[]) => ({ rate: 1, cpuMicros: 1, latencies });
    expect(summariseRounds([round(1, 9), round(2, 100), round(3, 10)]).latency).toEqual({ p50: 2, p99: 10 });
  });

  test('a percentile is a value that was measured', () => {
    expect(latencyOf(Array.from({ length: 200 }, (_, index) => index + 1))).toEqual({ p50: 100, p99: 198 });
  });
});

describe('a plot', () => {
  const [plot] = plotsOf(OPEN);

  test('has the sizes of the rows along its axis', () => {
    expect(plot?.chart.lines[0]).toEqual({
      label: 'median',
      points: [
        { x: 1_000, y: 20 },
        { x: 1_000_000, y: 40 },
      ],
    });
  });

  test('is drawn as well-formed SVG, for light and dark pages', () => {
    const chart = { ...plot!.chart, title: 'a < b & "c"' };
    const svg = drawChart(chart);
    expect(unbalanced(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;');
  });

  test('a broken one would be noticed', () => {
    expect(unbalanced('<svg><g><text>x</g></svg>')).not.toEqual([]);
  });

  test('with a single point is left out', () => {
    expect(plotsOf(OPEN.slice(1))).toEqual([]);
  });

  test('names its ends in the same way for all sizes', () => {
    expect([0, 1, 2].map((index) => placeOf(index, 3))).toEqual(['smallest', 'middle-1', 'largest']);
    expect(placeOf(0, 1)).toBe('largest');
  });
});

describe('a report', () => {
  const report = reportOf(OPEN);

  test('names what was missed with a sentence about it, and what was not measured', () => {
    const page = reportMarkdown(report);
    expect(page).toContain('- open after SIGKILL, longest log ÷ shortest: 2, aimed at ≤ 1.3. ');
    expect(page).toContain('- redis: redis-server is not installed');
    expect(page).toContain('![Open after SIGKILL](benchmarks/open.svg)');
  });

  test('is the same on the terminal and as JSON', () => {
    expect(reportText(report)).toContain('not reached');
    expect(JSON.parse(reportJson(report)).ratios[0]).toMatchObject({ name: 'open-flat', ratio: 2 });
  });

  test('puts its figures into the README, in the place of the last ones', () => {
    const page = 'before\n<!-- figures: written by npm run bench -- --write -->\nold\n<!-- /figures -->\nafter\n';
    const once = withFigures(page, report);
    expect(once.startsWith('before\n')).toBe(true);
    expect(once.endsWith('<!-- /figures -->\nafter\n')).toBe(true);
    expect(once).not.toContain('old');
    expect(figuresIn(once)).toContain('longest log ÷ shortest | 2 | ≤ 1.3 | not reached |');
    expect(withFigures(once, report)).toBe(once);
  });
});

test('the README has only figures of BENCHMARKS', () => {
  const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');
  const lines = figuresIn(read('README.md'))
    .split('\n')
    .filter((line) => line.startsWith('| '));
  const page = read('docs/BENCHMARKS.md').split('\n');
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.filter((line) => !page.includes(line))).toEqual([]);
});

describe('the flags', () => {
  test.each([
    [[], 'full'],
    [['--quick'], 'quick'],
    [['--guard'], 'guard'],
    [['--guard', '--write'], 'guard'],
  ])('%j is a run of size %s', (args, size) => {
    expect(sizeOf(parseOptions(args))).toBe(size);
  });

  test('an unknown one is refused', () => {
    expect(() => parseOptions(['--fast'])).toThrow('--fast');
  });
});

/** Elements that are not closed where they should be. */
function unbalanced(svg: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^>]*)>/gi)) {
    if (closing === '') open.push(...(rest!.endsWith('/') ? [] : [name!]));
    else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
}
