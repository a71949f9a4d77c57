/** All workloads, in the order they run: the machine, refold, the others, order books. */

import type { Workload } from './workload.ts';
import { appendWorkloads } from './workloads/append.ts';
import { bareWorkloads } from './workloads/bare.ts';
import { bookWorkloads } from './workloads/book.ts';
import { emmettWorkloads } from './workloads/emmett.ts';
import { eventStorageWorkloads } from './workloads/event-storage.ts';
import { recoveryWorkloads } from './workloads/recovery.ts';
import { redisWorkloads } from './workloads/redis.ts';
import { replayWorkloads } from './workloads/replay.ts';
import { tableWorkloads } from './workloads/tables.ts';

export const WORKLOADS: readonly Workload[] = [
  ...bareWorkloads,
  ...appendWorkloads,
  ...emmettWorkloads,
  ...eventStorageWorkloads,
  ...redisWorkloads,
  ...replayWorkloads,
  ...recoveryWorkloads,
  ...tableWorkloads,
  ...bookWorkloads,
];
