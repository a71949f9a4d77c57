/** What a store asks of a thread that it shares with other stores: the writer's jobs, each for one of its logs. */
import type { JobName, OpenedLog, WriterOptions } from '../writing/writer-protocol.ts';

/** The `workerData` of a writer thread that serves many logs. */
export interface SharedThreadData {
  readonly isShared: true;
}

/** Every job; `log` is the number that the store's end gave the log. */
export interface HostJobs {
  open: { takes: { readonly log: number; readonly options: WriterOptions }; answers: OpenedLog };
  /** Ends the waiting of an open. */
  giveUp: { takes: number; answers: undefined };
  work: { takes: { readonly log: number; readonly job: JobName; readonly input: any }; answers: any };
  /** Closes one log, after its jobs. */
  close: { takes: number; answers: undefined };
}
