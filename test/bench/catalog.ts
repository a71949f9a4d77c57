/** All workloads, in the order they begin: the machine, refold, the others, order books. */
import type { Workload } from './measuring/workload.ts';
import { bookWorkloads } from './workloads/others/book.ts';
import { emmettWorkloads } from './workloads/others/emmett.ts';
import { eventStorageWorkloads } from './workloads/others/event-storage.ts';
import { feedBookWorkloads } from './workloads/others/feed-book.ts';
import { redisWorkloads } from './workloads/others/redis.ts';
import { postgresWorkloads } from './workloads/postgres/workloads.ts';
import { fanOutWorkloads } from './workloads/reading/fan-out.ts';
import { importWorkloads } from './workloads/reading/import.ts';
import { lookingWorkloads } from './workloads/reading/looking.ts';
import { lookingCommandWorkloads } from './workloads/reading/looking-commands.ts';
import { lookingLargeWorkloads } from './workloads/reading/looking-large.ts';
import { memoryWorkloads } from './workloads/reading/memory.ts';
import { openWorkloads } from './workloads/reading/open.ts';
import { replayWorkloads } from './workloads/reading/replay.ts';
import { tagWorkloads } from './workloads/reading/tags.ts';
import { timeTravelWorkloads } from './workloads/reading/time-travel.ts';
import { largeKeyWorkloads } from './workloads/serving/large-keys.ts';
import { restartWorkloads } from './workloads/serving/restarting.ts';
import { savingWorkloads } from './workloads/serving/saving.ts';
import { throughputWorkloads } from './workloads/serving/throughput.ts';
import { studioWorkloads } from './workloads/studio/studio.ts';
import { appendWorkloads } from './workloads/writing/append.ts';
import { bareWorkloads } from './workloads/writing/bare.ts';
import { commandWorkloads } from './workloads/writing/commands.ts';
import { importEventsWorkloads } from './workloads/writing/import-events.ts';
import { lifeWorkloads } from './workloads/writing/life.ts';
import { manyStoresWorkloads } from './workloads/writing/many-stores.ts';
import { partWorkloads } from './workloads/writing/parts.ts';
import { shapeWorkloads } from './workloads/writing/shapes.ts';
import { snapshotWorkloads } from './workloads/writing/snapshots.ts';
import { tableWorkloads } from './workloads/writing/tables.ts';

/** Workloads that are compared with each other and repeat short runs. */
const WRITING: readonly Workload[] = [
  ...bareWorkloads,
  ...partWorkloads,
  ...appendWorkloads,
  ...importEventsWorkloads,
  ...commandWorkloads,
  ...emmettWorkloads,
  ...eventStorageWorkloads,
  ...redisWorkloads,
];

export const WORKLOADS: readonly Workload[] = [
  ...WRITING.map((workload) => ({ ...workload, inTurns: true })),
  ...replayWorkloads,
  ...timeTravelWorkloads,
  ...lookingWorkloads,
  ...lookingLargeWorkloads,
  ...lookingCommandWorkloads,
  ...studioWorkloads,
  ...tagWorkloads,
  ...memoryWorkloads,
  ...openWorkloads,
  ...fanOutWorkloads,
  ...manyStoresWorkloads,
  ...lifeWorkloads,
  ...tableWorkloads,
  ...shapeWorkloads,
  ...snapshotWorkloads,
  ...importWorkloads,
  ...bookWorkloads,
  ...feedBookWorkloads,
  ...throughputWorkloads,
  ...largeKeyWorkloads,
  ...savingWorkloads,
  ...restartWorkloads,
  ...postgresWorkloads,
];
