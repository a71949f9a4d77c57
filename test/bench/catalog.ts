/** All workloads, in the order they begin: the machine, refold, the others, order books. */
import type { Workload } from './workload.ts';
import { appendWorkloads } from './workloads/append.ts';
import { bareWorkloads } from './workloads/bare.ts';
import { bookWorkloads } from './workloads/book.ts';
import { commandWorkloads } from './workloads/commands.ts';
import { emmettWorkloads } from './workloads/emmett.ts';
import { eventStorageWorkloads } from './workloads/event-storage.ts';
import { importWorkloads } from './workloads/import.ts';
import { memoryWorkloads } from './workloads/memory.ts';
import { openWorkloads } from './workloads/open.ts';
import { partWorkloads } from './workloads/parts.ts';
import { redisWorkloads } from './workloads/redis.ts';
import { replayWorkloads } from './workloads/replay.ts';
import { snapshotWorkloads } from './workloads/snapshots.ts';
import { tableWorkloads } from './workloads/tables.ts';
import { timeTravelWorkloads } from './workloads/time-travel.ts';

/** What is held against each other and repeats short runs. */
const WRITING: readonly Workload[] = [
  ...bareWorkloads,
  ...partWorkloads,
  ...appendWorkloads,
  ...commandWorkloads,
  ...emmettWorkloads,
  ...eventStorageWorkloads,
  ...redisWorkloads,
];

export const WORKLOADS: readonly Workload[] = [
  ...WRITING.map((workload) => ({ ...workload, inTurns: true })),
  ...replayWorkloads,
  ...timeTravelWorkloads,
  ...memoryWorkloads,
  ...openWorkloads,
  ...tableWorkloads,
  ...snapshotWorkloads,
  ...importWorkloads,
  ...bookWorkloads,
];
