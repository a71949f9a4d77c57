/** The aims of the log in PostgreSQL: each a ratio within one run, over loopback, with fsync on. */
import { type Aim, MORE } from './aim.ts';

const LEASE_MS = 1_000;

function ratio(name: string, what: string, one: string, other: string, atLeast: number): Aim {
  return { name, what, of: (row) => row(one) / row(other), atLeast };
}

function guarded(aim: Aim): Aim {
  return { ...aim, guard: MORE };
}

export const POSTGRES_AIMS: readonly Aim[] = [
  ...(
    [
      [1, 0.7],
      [50, 0.7],
      [1_000, 0.8],
    ] as const
  ).map(([appenders, atLeast]) =>
    guarded(
      ratio(
        `postgres-vs-sqlite-${appenders}`,
        `${appenders === 1 ? 'one appender' : `${appenders.toLocaleString('en')} appenders`}, synced, PostgreSQL ÷ SQLite`,
        `postgres-append-${appenders}`,
        `postgres-sqlite-append-${appenders}`,
        atLeast,
      ),
    ),
  ),
  ratio(
    'postgres-longer-way',
    '1,000 appenders to PostgreSQL, 1 ms more to its answer ÷ without',
    'postgres-way-long',
    'postgres-way-short',
    0.7,
  ),
  guarded(
    ratio(
      'postgres-replay-vs-sqlite',
      'replay with fold of a sealed log, PostgreSQL ÷ SQLite',
      'postgres-replay',
      'postgres-sqlite-replay',
      0.8,
    ),
  ),
  ...[
    ['append', 'appends'],
    ['ids', 'commands with ids that are forgotten'],
    ['checkpoint', 'checkpoints of a reactor'],
  ].map(([name, words]) =>
    ratio(
      `postgres-${name}-old-snapshot`,
      `${words!} to PostgreSQL beside an old snapshot ÷ without it`,
      `postgres-${name}-held`,
      `postgres-${name}-quiet`,
      0.5,
    ),
  ),
  ratio(
    'postgres-ids',
    '1,000 commands in flight to PostgreSQL, with ids ÷ without',
    'postgres-execute-ids',
    'postgres-execute',
    0.6,
  ),
  ratio(
    'postgres-ids-filling',
    '1,000 commands in flight to PostgreSQL, with ids while an earlier million of ids is still read ÷ without ids',
    'postgres-execute-filling',
    'postgres-execute',
    0.3,
  ),
  ratio(
    'postgres-replica',
    'a writer to PostgreSQL with a live replica ÷ without',
    'postgres-replica-with',
    'postgres-replica-without',
    0.75,
  ),
  {
    name: 'postgres-replica-lag',
    what: 'how long after an append the replica has it ÷ an append, both p50',
    of: (row) => row('postgres-replica-lag') / row('postgres-replica-with:p50'),
    atMost: 6,
  },
  {
    name: 'postgres-takeover',
    what: 'a takeover ÷ the lease',
    of: (row) => row('postgres-takeover') / LEASE_MS,
    atMost: 1.3,
  },
  ratio(
    'postgres-bells',
    '16 logs in PostgreSQL written at once, with bells ÷ without',
    'postgres-logs-told',
    'postgres-logs-untold',
    0.8,
  ),
  ...(
    [
      [2, 0.45],
      [8, 0.2],
    ] as const
  ).map(([members, atLeast]) =>
    ratio(
      `postgres-sharing-${members}`,
      `${members} processes that write a log in PostgreSQL in turns ÷ one that writes it alone`,
      `postgres-sharing-${members}`,
      'postgres-sharing-one',
      atLeast,
    ),
  ),
  ratio(
    'postgres-sharing-fairness',
    'the least served of 8 processes that write in turns ÷ the most served',
    'postgres-sharing-8-least',
    'postgres-sharing-8-most',
    0.5,
  ),
];
