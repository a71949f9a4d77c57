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

type SoundRange = Pick<EventRange, 'from' | 'to' | 'types' | 'tag' | 'sequences' | 'signal'>;
type Damaged = { readonly damage: LogProblem };

/** The events of a range in order, and each damaged block in its place. @throws what reading the log throws */
export function soundEvents(listed: Listed, range: SoundRange): AsyncGenerator<RecordedEvent | Damaged, void> {
  return sound(
    listed,
    range,
    (part) => listed.log.events(part),
    ({ sequence }) => sequence,
  );
}

/** The same in lists: for programs that only read. */
export function soundBatches(
  listed: Listed,
  range: SoundRange,
): AsyncGenerator<readonly RecordedEvent[] | Damaged, void> {
  return sound(
    listed,
    range,
    (part) => listed.log.batches(part),
    (events) => events.at(-1)!.sequence,
  );
}

async function* sound<Read>(
  { log, troubles }: Listed,
  range: SoundRange,
  read: (part: SoundRange) => AsyncIterable<Read>,
  lastOf: (part: Read) => number,
): AsyncGenerator<Read | Damaged, void> {
  let { from } = range;
  for (;;) {
    try {
      for await (const part of read({ ...range, from })) {
        from = lastOf(part) + 1;
        yield part;
      }
      return;
    } catch (error) {
      const damage = await damageOf(log, error);
      // A page of blocks is checked as a whole: what stands before the damage may not have come yet.
      if (damage.firstSequence > 1 && !(Number(from) >= damage.firstSequence))
        yield* read({ ...range, from, to: damage.firstSequence - 1 });
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
