/** What a call answers: what became of its write, or what an earlier call with its `commandId` did. */
import type { Commit, RecordedEvent } from '../../core/event.ts';
import type { CommandOutcome, Remembered } from './outcomes/outcome.ts';
import { type Answering, commitOf, outcomeOf } from './queued-write.ts';

/** How a call is answered: after its own write, or again, when an earlier call with its `commandId` did the work. */
export interface Answers<Answer> {
  readonly action: string;
  readonly written: Answering<Answer>;
  /** Whether the answer holds the events. */
  readonly isTold: boolean;
  /** From what the log remembers; undefined when it cannot be an outcome of such a call. */
  readonly remembered: (remembered: Remembered) => Answer | Promise<Answer> | undefined;
  /** From the answer that an earlier call, not yet durable, will get. */
  readonly shared: (earlier: Promise<Answer>) => Promise<Answer>;
}

/** Reads the events of a durable commit again, frozen; gives undefined when the log has dropped them. */
export type ReadCommit = (commit: Commit) => Promise<readonly RecordedEvent[] | undefined>;

/** What `append` answers. */
export const ANSWERS_OF_APPEND: Answers<Commit> = {
  action: 'append',
  written: commitOf,
  isTold: false,
  remembered: (outcome) => (outcome.status === 'accepted' ? outcome.commit : undefined),
  shared: (earlier) => earlier,
};

/** What `execute` answers. */
export function answersOfExecute(readCommit: ReadCommit): Answers<CommandOutcome> {
  return {
    action: 'execute',
    written: outcomeOf,
    isTold: true,
    remembered: (outcome) => executedBefore(outcome, readCommit),
    shared: (earlier) => earlier.then((outcome) => ({ ...outcome, replayed: true })),
  };
}

async function executedBefore(
  { input: _input, ...outcome }: Remembered,
  readCommit: ReadCommit,
): Promise<CommandOutcome> {
  if (outcome.status === 'rejected') return { ...outcome, replayed: true };
  const { status, commit, result } = outcome;
  const events = commit === undefined ? [] : await readCommit(commit);
  return { status, commit, events, result, replayed: true };
}

/** For calls that have no `commandId` and answer otherwise. */
export const NO_ANSWERS: Answers<undefined> = {
  action: 'transact',
  written: () => undefined,
  isTold: false,
  remembered: () => undefined,
  shared: (earlier) => earlier,
};
