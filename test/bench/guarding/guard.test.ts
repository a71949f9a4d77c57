/** The guard: what it lets pass, and what it must not. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { WORKLOADS } from '../catalog.ts';
import type { Result } from '../measuring/run.ts';
import type { Row } from '../measuring/workload.ts';
import type { Aim } from '../telling/aim.ts';
import {
  type Committed,
  failuresOf,
  GUARDED_AIMS,
  GUARDED_WORKLOADS,
  guardedRatios,
  judge,
  workloadsBehind,
} from './guard.ts';
import { verdictsOf } from './guard-run.ts';

const committed = JSON.parse(readFileSync(new URL('committed.json', import.meta.url), 'utf8')) as Committed;

const speed: Aim = {
  name: 'speed',
  what: 'ours ÷ theirs',
  of: (row) => row('ours') / row('theirs'),
  guard: { better: 'more' },
};
const cost: Aim = {
  name: 'cost',
  what: 'long ÷ short',
  of: (row) => row('long') / row('short'),
  guard: { better: 'less', indifferent: 3 },
};

function outcomeOf(aim: Aim, before: number | undefined, now: number | undefined): string {
  const only = (value: number | undefined) => (value === undefined ? {} : { [aim.name]: value });
  return judge(only(before), only(now), [aim])[0]!.outcome;
}

describe('a ratio', () => {
  test.each([
    ['the same', speed, 4, 4, 'holds'],
    ['better', speed, 4, 40, 'holds'],
    ['a little worse', speed, 4, 2.1, 'holds'],
    ['half as good', speed, 4, 2, 'halved'],
    ['twice the cost', cost, 5, 10, 'halved'],
    ['nearly twice the cost', cost, 5, 9.9, 'holds'],
    ['twice the cost, but still so good that it is chance', cost, 1, 2.9, 'holds'],
    ['so good that it is chance before, and bad now', cost, 1, 6, 'halved'],
    ['not measured', speed, 4, undefined, 'not measured'],
    ['not committed', speed, undefined, 4, 'not committed'],
    ['not known at all', speed, undefined, undefined, 'not measured'],
  ] as const)('%s', (_, aim, before, now, outcome) => {
    expect(outcomeOf(aim, before, now)).toBe(outcome);
  });

  test('fails whatever does not hold', () => {
    const verdicts = judge({ speed: 4, cost: 5 }, { speed: 1 }, [speed, cost]);
    expect(failuresOf(verdicts).map(({ name, outcome }) => [name, outcome])).toEqual([
      ['speed', 'halved'],
      ['cost', 'not measured'],
    ]);
  });
});

describe('the committed figures', () => {
  test('are those of the guarded ratios, no more and no fewer', () => {
    expect(Object.keys(committed.ratios).sort()).toEqual(GUARDED_AIMS.map(({ name }) => name).sort());
  });

  test('pass against themselves', () => {
    expect(failuresOf(judge(committed.ratios, committed.ratios))).toEqual([]);
  });

  test.each(GUARDED_AIMS.map((aim) => [aim.name, aim] as const))('a slow %s is found', (name, { guard }) => {
    const good = Math.max(committed.ratios[name]!, guard!.indifferent ?? 0);
    const bad = guard!.better === 'more' ? good / 2.1 : good * 2.1;
    const failed = failuresOf(judge(committed.ratios, { ...committed.ratios, [name]: bad }));
    expect(failed.map((failure) => failure.name)).toEqual([name]);
  });

  test('come from workloads that there are, and that need no other library', () => {
    const own = WORKLOADS.filter(({ needs = [] }) => needs.length === 0).map(({ name }) => name);
    expect(GUARDED_WORKLOADS.filter((name) => !own.includes(name))).toEqual([]);
  });
});

test('what failed or gave no figures is measured again, and nothing else', () => {
  const row = (name: string) => ({ name }) as Row;
  const results: Result[] = [
    { name: 'append-batch-direct', rows: [row('append-batch-direct')] },
    { name: 'bare-batch', rows: [row('bare-batch')] },
    { name: 'table', rows: [row('table-largest')] },
    { name: 'open', failure: 'the disk was full' },
  ];
  const failures = judge(committed.ratios, { ...committed.ratios, 'batch-vs-bare': 0.001 });
  expect(workloadsBehind(failuresOf(failures), results)).toEqual(['append-batch-direct', 'bare-batch', 'open']);
});

test('a ratio of the guard is that of the best runs, for other work only slows down', () => {
  const row = (name: string, runs: readonly number[]) => ({ name, unit: 'events/s', runs }) as unknown as Row;
  const rows = [row('append-batch-direct', [50, 100, 300]), row('bare-batch', [100, 90, 10])];
  expect(guardedRatios([{ name: 'both', rows }])).toEqual({ 'batch-vs-bare': 3 });
});

describe('a run', () => {
  const rates = (ours: number): Result[] => [
    { name: 'append-batch-direct', rows: [rowOf('append-batch-direct', ours)] },
    { name: 'bare-batch', rows: [rowOf('bare-batch', 100)] },
  ];
  const ratio = { 'batch-vs-bare': 3 };

  /** What becomes of the one ratio when its workload runs at these rates, one after the other; and how often it ran. */
  async function run(...ours: number[]): Promise<[string | undefined, number]> {
    let runs = 0;
    const verdicts = await verdictsOf(
      ratio,
      async () => rates(ours[runs++]!),
      () => {},
    );
    return [verdicts.find(({ name }) => name === 'batch-vs-bare')?.outcome, runs];
  }

  test('measures again what failed, and believes what holds then', async () => {
    expect((await run(100, 300, 10))[0]).toBe('holds');
  });

  test('fails what is slow every time', async () => {
    expect(await run(100, 110, 90)).toEqual(['halved', 3]);
  });

  function rowOf(name: string, rate: number): Row {
    return { name, what: name, by: 'us', durability: 'synced', unit: 'events/s', runs: [rate] };
  }
});
