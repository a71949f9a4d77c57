/**
 * Channels of `node:diagnostics_channel` on which the engine says what it does. Without subscribers they cost nothing.
 *
 * Each is a tracing channel: `tracing:refold:append:start`, `:end`, `:asyncStart`, `:asyncEnd` and `:error`. docs/guide/watch-a-store.md
 * lists them with their contexts.
 */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';

/** A call of `append`, `execute` or `transact`, until its commit is durable. */
export const APPEND_TRACE: Trace = tracingChannel('refold:append');
/** A block of commits, from handing it to the log until it is durable. */
export const COMMIT_TRACE: Trace = tracingChannel('refold:commit');
/** An open, until the state is recovered. */
export const RECOVERY_TRACE: Trace = tracingChannel('refold:recovery');
/** A snapshot, until it is stored. */
export const SNAPSHOT_TRACE: Trace = tracingChannel('refold:snapshot');
/** A compaction, automatic or not. */
export const COMPACTION_TRACE: Trace = tracingChannel('refold:compaction');

type Trace = TracingChannel<unknown, object>;

/** Whether calls are traced. It is asked for each call, before anything is made for the trace. */
export function isAppendTraced(): boolean {
  return APPEND_TRACE.hasSubscribers === true;
}

/** Does the work, and tells the subscribers of the channel if there are any. The context is made only for them. */
export function traced<T>(trace: Trace, context: () => object, work: () => Promise<T>): Promise<T> {
  // Some runtimes have no `hasSubscribers`: there nothing is told.
  return trace.hasSubscribers === true ? trace.tracePromise(work, context()) : work();
}
