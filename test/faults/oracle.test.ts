/** Tests the judging parts of the fault harness: they must report every error, and only errors. */
import { describe, expect, test } from 'vitest';
import { chanceOf } from './judging/chance.ts';
import { Ledger } from './judging/ledger.ts';
import { finalImage, imagesAlong } from './power-loss/images.ts';
import { readTrace } from './power-loss/trace.ts';
import { allCases, inFairOrder } from './syscalls/plan.ts';
import { faultsOf } from './verdict.ts';
import { Account } from './writing/account.ts';

const ledger = new Ledger(5, 6);
const endOf = (commit: number): number => ledger.commit(commit).lastSequence;

describe('an account of a log', () => {
  const judged = (marks: string[], head: number): string[] => {
    const account = new Account(ledger);
    for (const mark of marks) account.take(mark);
    return [...account.problems, ...account.judge(head)];
  };

  test.each([
    ['nothing issued, nothing in the log', [], 0, []],
    ['acknowledged and in the log', ['issued 1', 'acked 1'], endOf(1), []],
    ['acknowledged and lost', ['issued 1', 'acked 1', 'issued 2', 'acked 2'], endOf(1), ['I1']],
    ['in the log but never issued', ['issued 1', 'acked 1'], endOf(2), ['I2']],
    ['not answered before the process ended, not in the log', ['issued 1', 'acked 1', 'issued 2'], endOf(1), []],
    ['not answered before the process ended, in the log', ['issued 1', 'acked 1', 'issued 2'], endOf(2), []],
    ['unknown, not in the log', ['issued 1', 'unknown 1 OUTCOME_UNKNOWN'], 0, []],
    ['unknown: there', ['issued 1', 'unknown 1 OUTCOME_UNKNOWN'], endOf(1), []],
    ['refused, not in the log', ['issued 1', 'refused 1 LOG_FULL'], 0, []],
    ['refused but in the log', ['issued 1', 'refused 1 LOG_FULL'], endOf(1), ['I4']],
    ['refused, then retried', ['issued 1', 'refused 1 LOG_FULL', 'issued 1', 'acked 1'], endOf(1), []],
    ['a problem that the writer itself found', ['problem I4: twice'], 0, ['I4']],
  ])('%s', (_, marks, head, expected) => {
    expect(judged(marks, head).map((text) => text.slice(0, 2))).toEqual(expected);
  });
});

describe('a row fails', () => {
  const row = { required: { short: 10, long: 100 } };
  const noticed = [{ name: 'a control', noticed: 'I1' }];
  const report = { cases: 10, violations: [], notes: [], controls: noticed };

  test.each([
    ['unless everything is as required', report, undefined, false, []],
    ['with a violation', { ...report, violations: ['I1: lost'] }, undefined, false, ['I1: lost']],
    ['with too few cases', { ...report, cases: 9 }, undefined, false, ['9 cases ran, and 10 are required']],
    ['with too few for the long run', report, undefined, true, ['10 cases ran, and 100 are required']],
    ['without a negative control', { ...report, controls: [] }, undefined, false, ['it has no negative control']],
    [
      'with an unnoticed control',
      { ...report, controls: [...noticed, { name: 'a lying disk', noticed: undefined }] },
      undefined,
      false,
      ['the negative control was not noticed: a lying disk'],
    ],
    ['when it cannot run', undefined, 'cannot run here: no strace', false, ['cannot run here: no strace']],
  ])('%s', (_, given, trouble, long, expected) => {
    expect(faultsOf(row, given, trouble, long)).toEqual(expected);
  });
});

describe('the cases of failing system calls', () => {
  const counts = { fresh: new Map([['fsync', 3] as const, ['unlink', 1] as const]), crashed: new Map() };
  const groups = allCases(counts, 1);

  test('cover every call with every error, once and for all later calls', () => {
    const injected = groups.flat().filter((one) => one.kind === 'inject');
    expect(injected).toHaveLength((3 + 1) * 3 * 2);
    expect(new Set(injected.map((one) => JSON.stringify(one))).size).toBe(injected.length);
  });

  test('are sampled fairly: each group once before any group twice', () => {
    const chosen = inFairOrder(groups, chanceOf(7)).slice(0, groups.length);
    expect(new Set(chosen.map((one) => groups.findIndex((group) => group.includes(one)))).size).toBe(groups.length);
  });

  test('are all taken when the count allows it', () => {
    const all = groups.flat();
    expect(new Set(inFairOrder(groups, chanceOf(8)))).toEqual(new Set(all));
  });
});

describe('a trace of writes and syncs', () => {
  const path = (name: string): string => `/disk/${name}`;
  const opened = '7 openat(AT_FDCWD, "/disk/log.db", O_RDWR|O_CREAT, 0600) = 3';
  const write = (text: string, offset: number): string =>
    `7 pwrite64(3<${path('log.db')}>, "${text}", ${text.length}, ${offset}) = ${text.length}`;
  const sync = `7 fdatasync(3<${path('log.db')}>) = 0`;
  const folderSync = '7 fsync(4</disk>) = 0';
  /** The contents that a power cut before the next sync could leave. */
  const imagesAfter = (...processes: string[][]): Set<string | undefined> => {
    let lines = 0;
    const calls = [...processes, [sync]].flatMap((trace) => {
      lines += trace.length;
      return readTrace(trace.join('\n'), '/disk', lines - trace.length);
    });
    const before = `line ${lines - 1},`;
    const last = [...imagesAlong(calls, { seed: 1, randomPerSync: 0 })].filter(({ description }) =>
      description.includes(before),
    );
    return new Set(last.map(({ files }) => files.get('log.db')?.toString()));
  };

  test('gives the files as the program saw them at the end', () => {
    const calls = readTrace([opened, write('abcd', 0), write('X', 2)].join('\n'), '/disk');
    expect(finalImage(calls).get('log.db')?.toString()).toBe('abXd');
  });

  test('lets a power cut undo the writes since the last sync, and a name until its folder is synced', () => {
    expect(imagesAfter([opened, write('a', 0), sync, folderSync, write('b', 1)])).toEqual(new Set(['a', 'ab']));
    expect(imagesAfter([opened, write('a', 0)])).toEqual(new Set([undefined, '', 'a']));
  });

  test('knows that a sync covers the writes of an earlier process', () => {
    const first = [opened, ...Array.from({ length: 9 }, () => ''), write('a', 0), folderSync];
    const second = [opened, sync, write('b', 1)];
    expect(imagesAfter(first, second)).toEqual(new Set(['a', 'ab']));
  });

  test('ignores results of calls while the process was being killed', () => {
    const kill = '9 kill(7, SIGKILL <unfinished ...>';
    const write = (thread: number, offset: number, end: string): string =>
      `${thread} pwrite64(3</disk/log.db>, "ab", 2, ${offset}${end}`;
    const trace = [
      opened,
      write(1, 0, ' <unfinished ...>'),
      write(2, 2, ' <unfinished ...>'),
      `3 fsync(3</disk/log.db> <unfinished ...>`,
      `4 fsync(3</disk/log.db>) = 0`,
      kill,
      `1 <... pwrite64 resumed>) = 11`,
      `3 <... fsync resumed>) = 11`,
      write(5, 4, ') = 2'),
    ].join('\n');
    const doubts = readTrace(trace, '/disk').map((call) => [call.kind, 'offset' in call && call.offset, call.inDoubt]);
    expect(doubts).toEqual([
      ['create', false, false],
      ['write', 0, true],
      ['write', 2, true],
      ['sync', false, false],
      ['write', 4, true],
    ]);
  });
});
