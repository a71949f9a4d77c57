/** What `refold doctor` thinks of the server of a log in PostgreSQL: pure judgements. */
import { expect, test } from 'vitest';
import { serverChecks } from '../../../src/cli/doctor/server-checks.ts';
import type { ExaminedLog } from '../../../src/postgres.ts';

const SOUND: ExaminedLog = {
  version: '17.2 (Debian)',
  fsync: 'on',
  fullPageWrites: 'on',
  synchronousCommit: 'on',
  clock: { ahead: 3, within: 1 },
  identity: { systemId: '7', timeline: 1 },
  lastWriter: { systemId: '7', timeline: 1 },
};

const statusesOf = (more: Partial<ExaminedLog>): Record<string, string> =>
  Object.fromEntries(serverChecks({ ...SOUND, ...more }, undefined).map(({ name, status }) => [name, status]));

test('a sound server has no findings', () => {
  expect(new Set(Object.values(statusesOf({})))).toEqual(new Set(['ok']));
});

test.each<[what: string, more: Partial<ExaminedLog>, name: string, status: string]>([
  ['an old version', { version: '13.9' }, 'version', 'problem'],
  ['the oldest version that can be used', { version: '14.0' }, 'version', 'ok'],
  ['fsync that is off', { fsync: 'off' }, 'fsync', 'problem'],
  ['full_page_writes that is off', { fullPageWrites: 'off' }, 'full_page_writes', 'problem'],
  ['synchronous_commit that is off', { synchronousCommit: 'off' }, 'synchronous_commit', 'ok'],
  ['a short transaction', { oldSnapshot: { holder: 'pg_dump', milliseconds: 599_999 } }, 'old snapshots', 'ok'],
  ['a long transaction', { oldSnapshot: { holder: 'pg_dump', milliseconds: 600_000 } }, 'old snapshots', 'remark'],
  ['a clock that is ahead', { clock: { ahead: 1_002, within: 1 } }, 'clock difference', 'remark'],
  ['a clock that is behind', { clock: { ahead: -1_002, within: 1 } }, 'clock difference', 'remark'],
  ['a clock that cannot be told more precisely', { clock: { ahead: 1_002, within: 2 } }, 'clock difference', 'ok'],
  ['another timeline', { identity: { systemId: '7', timeline: 2 } }, 'timeline', 'remark'],
  ['another system', { identity: { systemId: '8', timeline: 1 } }, 'timeline', 'remark'],
])('%s', (_what, more, name, status) => {
  expect(statusesOf(more)[name]).toBe(status);
});

test('a timeline that is not told is left out, and a new log has no other server', () => {
  const { identity: _, lastWriter: __, ...untold } = SOUND;
  const find = (server: ExaminedLog) => serverChecks(server, undefined).find(({ name }) => name === 'timeline');
  expect(find(untold)).toMatchObject({ status: 'left out' });
  expect(find({ ...untold, identity: { systemId: '7', timeline: 1 } })).toMatchObject({ status: 'ok' });
});

test('a log that cannot be opened is the first finding', () => {
  const [first] = serverChecks(SOUND, { name: 'RefoldError', code: 'LOG_CORRUPT', message: 'damaged' } as never);
  expect(first).toMatchObject({ name: 'log', status: 'problem', text: 'damaged' });
});

test('the holder of the lease is named, without control characters', () => {
  const holder = { pid: 7, host: 'evil\u001b[31m', startedAt: 0 };
  const lease = serverChecks({ ...SOUND, lease: { holder, milliseconds: 9_000 } }, undefined).find(
    ({ name }) => name === 'lease',
  );
  expect(lease!.text).toContain('process 7 on evil');
  expect(lease!.text).toContain('9,000 ms');
  expect(lease!.text).not.toContain('\u001b');
});
