/** The judgements of `refold doctor`: each fact that is wrong gives one problem or remark, and what repairs it. */
import type { LogInfo } from 'refold';
import { describe, expect, test } from 'vitest';
import { type Check, isWell, judge } from '../../../src/cli/doctor/checks.ts';
import type { Facts } from '../../../src/cli/doctor/facts.ts';

const NOW = Date.parse('2027-01-31T12:00:00Z');

const INFO: LogInfo = {
  path: '/data/a.db',
  format: 1,
  model: 'a',
  events: 1_000,
  firstSequence: 1,
  lastSequence: 1_000,
  firstRecordedAt: NOW - 3_600_000,
  lastRecordedAt: NOW - 60_000,
  untaggedEvents: 0,
  openBlocks: 10,
  openBytes: 1_000,
  sealedBlocks: 2,
  sealedBytes: 50_000,
  snapshots: [{ sequence: 900, recordedAt: NOW, bytes: 100, stateHash: 'aa' }],
  projections: [],
  reactors: [],
  redactions: [],
  historyHeldBy: [],
  fileBytes: 100_000,
  walBytes: 0,
  freeBytes: 0,
  files: [
    { path: '/data/a.db', bytes: 100_000 },
    { path: '/data/a.db-witness', bytes: 4_096 },
  ],
  totalBytes: 104_096,
  recovery: { events: 100, milliseconds: 60, eventsPerSecond: 200_000 },
  chain: 'cc',
  epoch: 1,
};

const KEYFRAME = { sequence: 900, recordedAt: NOW, bytes: 100, isUsable: true };
const FACTS: Facts = {
  path: '/data/a.db',
  info: INFO,
  problems: [],
  model: { specifier: './a.ts', keyframes: [KEYFRAME] },
  freeBytes: 1e9,
  leftovers: [],
  now: NOW,
};

const REPAIR = { code: 'LOG_CORRUPT', message: 'the block is damaged', hint: 'Run refold repair' } as const;
const LOST = { code: 'LOG_CORRUPT', message: 'the log ends early', sequence: 1_001 } as const;
const LOSSLESS = { sound: false, lostEvents: 0, needsAcceptLoss: false };
const old = (path: string): Facts['leftovers'][number] => ({ path, isFresh: false });
const of = (info: Partial<LogInfo>): Facts => ({ ...FACTS, info: { ...INFO, ...info } });

test('a sound log has only checks that are ok', () => {
  const checks = judge(FACTS);
  expect(checks.filter(({ status }) => status !== 'ok')).toEqual([]);
  expect(isWell(checks)).toBe(true);
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
});

test.each<[string, Facts, Partial<Check>]>([
  [
    'damage without loss',
    { ...FACTS, problems: [REPAIR], repair: LOSSLESS },
    {
      name: 'blocks',
      status: 'problem',
      text: 'the block is damaged; a repair loses no events',
      command: 'refold repair /data/a.db',
    },
  ],
  [
    'damage with loss',
    { ...FACTS, problems: [REPAIR, REPAIR], repair: { ...LOSSLESS, lostEvents: 1_200, needsAcceptLoss: true } },
    {
      name: 'blocks',
      status: 'problem',
      text: 'the block is damaged (and 1 more); a repair loses 1,200 events, so look for a backup first',
      command: 'refold repair /data/a.db --accept-loss',
    },
  ],
  [
    'damage that a repair cannot read',
    { ...FACTS, problems: [REPAIR] },
    { name: 'blocks', status: 'problem', command: 'refold restore BACKUP /data/a.db --force' },
  ],
  [
    'a lost end',
    { ...FACTS, problems: [LOST], repair: { ...LOSSLESS, lostEvents: 1, needsAcceptLoss: true } },
    {
      name: 'witness',
      status: 'problem',
      text: 'the log ends early; a repair loses 1 event, so look for a backup first',
      command: 'refold repair /data/a.db --accept-loss',
    },
  ],
  [
    'a lost outcome of a command',
    { ...FACTS, problems: [REPAIR], repair: { ...LOSSLESS, needsAcceptLoss: true } },
    {
      name: 'blocks',
      status: 'problem',
      text: 'the block is damaged; a repair loses something that was acknowledged, so look for a backup first',
    },
  ],
  [
    'a damaged snapshot',
    { ...FACTS, problems: [{ ...REPAIR, type: 'snapshot', sequence: 900 }], repair: LOSSLESS },
    { name: 'snapshots', status: 'problem', command: 'refold repair /data/a.db' },
  ],
  ['no witness', of({ files: [] }), { name: 'witness', status: 'remark' }],
  [
    'stale snapshots',
    { ...FACTS, model: { specifier: './a.ts', keyframes: [{ ...KEYFRAME, isUsable: false, reason: 'stale' }] } },
    { name: 'snapshots', status: 'problem', command: 'refold snapshot /data/a.db --model ./a.ts' },
  ],
  [
    'one snapshot of two is stale',
    {
      ...FACTS,
      model: {
        specifier: './a.ts',
        keyframes: [KEYFRAME, { ...KEYFRAME, sequence: 5, isUsable: false, reason: 'stale' }],
      },
    },
    { name: 'snapshots', status: 'remark' },
  ],
  [
    'a model of another log',
    { ...FACTS, model: { specifier: './b.ts', keyframes: [], refusal: { code: 'MODEL_MISMATCH', message: 'no' } } },
    { name: 'snapshots', status: 'problem', command: 'refold check /data/a.db --model ./b.ts' },
  ],
  ['no model', { ...FACTS, model: undefined } as unknown as Facts, { name: 'snapshots', status: 'left out' }],
  [
    'a long recovery',
    of({ recovery: { events: 100, milliseconds: 10_000, eventsPerSecond: 200_000 } }),
    { name: 'recovery', status: 'remark', command: 'refold snapshot /data/a.db --model ./a.ts' },
  ],
  [
    'a place far behind a snapshot',
    {
      ...of({ lastSequence: 10_000_000, recovery: { events: 100, milliseconds: 60, eventsPerSecond: 100_000 } }),
      model: { specifier: './a.ts', keyframes: [{ ...KEYFRAME, sequence: 9_999_900 }] },
    },
    { name: 'past', status: 'remark' },
  ],
  ['open blocks', of({ openBytes: 5e6 }), { name: 'unsealed', status: 'remark', command: 'refold compact /data/a.db' }],
  [
    'events without tags',
    of({ untaggedEvents: 3 }),
    { name: 'tags', status: 'remark', command: 'refold retag /data/a.db --model ./a.ts' },
  ],
  ['held history', of({ historyHeldBy: ['stock'] }), { name: 'history', status: 'remark' }],
  [
    'parked events',
    of({ reactors: [{ name: 'mail', sequence: 1, lag: 0, parked: 2 }] }),
    { name: 'reactors', status: 'remark' },
  ],
  [
    'an unfinished redaction',
    of({
      redactions: [{ recordedAt: NOW, events: 1, firstSequence: 1, lastSequence: 1, selector: 's', scrubbed: false }],
    }),
    {
      name: 'redaction',
      status: 'problem',
      command: 'refold redact /data/a.db --model ./a.ts SELECTION --yes',
    },
  ],
  [
    'a full disk',
    { ...FACTS, freeBytes: 1e6 },
    { name: 'disk', status: 'problem', command: 'refold compact /data/a.db' },
  ],
  ['a disk without room for a copy', of({ totalBytes: 2e9 }), { name: 'disk', status: 'remark' }],
  [
    'an interrupted repair',
    { ...FACTS, leftovers: [old('/data/a.db-repair')] },
    { name: 'leftovers', status: 'problem', command: 'refold repair /data/a.db' },
  ],
  [
    'an old copy',
    { ...FACTS, leftovers: [old('/data/a.db.damaged-1')] },
    { name: 'leftovers', status: 'remark', command: 'rm -r /data/a.db.damaged-1' },
  ],
  [
    'names that a shell would take apart',
    { ...FACTS, leftovers: [old('/data/a.db.damaged-1, old'), old("/data/it's")] },
    { name: 'leftovers', status: 'remark', command: `rm -r '/data/a.db.damaged-1, old' '/data/it'\\''s'` },
  ],
  [
    'a folder of a command that may be running',
    { ...FACTS, leftovers: [old('/data/.refold-a'), { path: '/data/.refold-b', isFresh: true }] },
    { name: 'leftovers', status: 'remark', command: 'rm -r /data/.refold-a' },
  ],
  ['a log of tomorrow', of({ lastRecordedAt: NOW + 86_400_000 }), { name: 'clock', status: 'remark' }],
])('%s is the only finding', (_what, facts, expected) => {
  const found = judge(facts).filter(({ status }) => status !== 'ok');
  expect(found).toEqual([expect.objectContaining(expected)]);
  expect(isWell(judge(facts))).toBe(expected.status !== 'problem');
});

describe('a log that cannot be opened', () => {
  test('is one problem', () => {
    const { info: _, ...facts } = FACTS;
    const checks = judge({ ...facts, refusal: REPAIR, repair: LOSSLESS });
    expect(checks[0]).toEqual({
      name: 'file',
      status: 'problem',
      text: 'the block is damaged; a repair loses no events',
      command: 'refold repair /data/a.db',
    });
    expect(checks[1]).toEqual({ name: 'disk', status: 'ok', text: '1 GB free' });
  });

  test('is to be restored if a repair could not read it either', () => {
    const { info: _, ...facts } = FACTS;
    const [file] = judge({ ...facts, refusal: REPAIR });
    expect(file).toMatchObject({ status: 'problem', command: 'refold restore BACKUP /data/a.db --force' });
  });
});

test('a writer is named', () => {
  const [lock] = judge(of({ writer: { pid: 7, host: 'here', startedAt: NOW } })).filter(({ name }) => name === 'lock');
  expect(lock).toEqual({ name: 'lock', status: 'ok', text: 'process 7 on here writes since 2027-01-31T12:00:00.000Z' });
});
