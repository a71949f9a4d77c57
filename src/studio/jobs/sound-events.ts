/** Reads events around damaged blocks: the list goes on behind them. */
import {
  type Damage,
  type EventLog,
  type EventRange,
  isRefoldError,
  type RecordedEvent,
  type RefoldError,
} from '../../index.ts';
import type { LogProblem } from '../wire.ts';
import type { Troubles } from './troubles.ts';

/** A log, and where its troubles are told. */
export interface Listed {
  readonly log: EventLog;
  readonly troubles: Troubles;
}

/** The events of a range in order, and each damaged block in its place. @throws what reading the log throws */
export async function* soundEvents(
  { log, troubles }: Listed,
  range: Pick<EventRange, 'from' | 'types' | 'tag' | 'signal'>,
): AsyncGenerator<RecordedEvent | { readonly damage: LogProblem }, void> {
  let { from } = range;
  for (;;) {
    try {
      for await (const event of log.events({ ...range, from })) {
        from = event.sequence + 1;
        yield event;
      }
      return;
    } catch (error) {
      const damage = await damageOf(log, error);
      // A page of blocks is checked as a whole: what stands before the damage may not have come yet.
      if (damage.firstSequence > 1 && !(Number(from) >= damage.firstSequence))
        yield* log.events({ ...range, from, to: damage.firstSequence - 1 });
      yield { damage: troubles.note(damage) };
      from = damage.lastSequence + 1;
    }
  }
}

/** @throws the error, if it is not of one block */
async function damageOf(log: EventLog, error: unknown): Promise<Damage> {
  if (!isRefoldError(error, 'LOG_CORRUPT') || error.sequence === undefined) throw error;
  const { sequence } = error;
  for await (const { firstSequence, lastSequence } of log.blocks({ from: sequence, to: sequence })) {
    if (firstSequence === sequence) return { firstSequence, lastSequence, error: error as RefoldError };
  }
  throw error;
}
