/** What is decided in a turn of a log that many processes write, and after it. Pure decisions: facts in, an answer out. */
import { LONGEST_TURN_MS, type TurnEnding } from '../../../log/log-turn.ts';

/** A turn decides at most so many calls, and decides for about so long, in ms: other members wait for it. */
export const CALLS_A_TURN = 1_000;
const DECIDING_MS = 20;
/** A call whose decision outlasts so many turns is refused. It may have lost the first one because the process was stopped. */
const TURNS_OUTLASTED = 2;

/** How far a turn has come. */
export interface TurnSoFar {
  readonly calls: number;
  /** How long it has been deciding. */
  readonly milliseconds: number;
  /** The size of its block. */
  readonly bytes: number;
  /** How large a block may be. */
  readonly blockBytes: number;
}

/** Whether a turn decides one more call. It always decides one. */
export function mayDecideMore({ calls, milliseconds, bytes, blockBytes }: TurnSoFar): boolean {
  return calls === 0 || (calls < CALLS_A_TURN && milliseconds < DECIDING_MS && bytes < blockBytes);
}

/** What a member has done in its turn: nothing, decided, or noticed that the log was redacted. */
export type InTurn = 'nothing' | 'decided' | 'redacted';

/**
 * - `answer`: what was decided is durable.
 * - `recover`: what was decided never will be. The state is recovered, and the calls are decided again.
 * - `catch up`: the member reads the log first.
 * - `renew`: the state is made again from the redacted log.
 */
export type AfterTurn = 'answer' | 'recover' | 'catch up' | 'renew';

/** What a member does after its turn. */
export function planAfterTurn(ending: TurnEnding, done: InTurn): AfterTurn {
  if (done === 'decided') return ending === 'done' ? 'answer' : 'recover';
  if (done === 'redacted') return 'renew';
  return 'catch up';
}

/** What becomes of a call whose turn was lost. */
export interface LostCall {
  /** How long its decision took. */
  readonly milliseconds: number;
  /** How many turns it has outlasted before. */
  readonly outlasted: number;
}

/** How many turns the call has outlasted now, and whether it is decided once more. */
export function afterLostTurn({ milliseconds, outlasted }: LostCall): {
  readonly outlasted: number;
  readonly isDecidedAgain: boolean;
} {
  const now = outlasted + (milliseconds > LONGEST_TURN_MS ? 1 : 0);
  return { outlasted: now, isDecidedAgain: now < TURNS_OUTLASTED };
}
