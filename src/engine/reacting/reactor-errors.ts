/** Why a reactor cannot be used, or has stopped. */
import { messageOf, RefoldError } from '../../core/errors.ts';
import type { Reactor } from './reactor.ts';

/** After `stop`, and after the close of the store. */
export function stopped(name: string): RefoldError {
  return new RefoldError('STORE_CLOSED', `Cannot use the reactor ${name}: it was stopped`, {
    type: name,
    hint: 'Start it again with store.react',
  });
}

/** While another store is the writer. */
export function waits(name: string): RefoldError {
  return new RefoldError('NOT_WRITER', `Cannot use the reactor ${name}: it runs where the writer is`, {
    type: name,
    hint: 'Wait until store.role is writer, or make the call in the process that writes',
  });
}

/** After an error that is not its own. */
export function cannotContinue(name: string, cause: unknown): RefoldError {
  return new RefoldError('STORE_FAILED', `Cannot continue the reactor ${name}: ${messageOf(cause)}`, {
    type: name,
    cause,
    hint: 'Look at the cause, and start the reactor again',
  });
}

/** `retry` or `skip` was called with an event that the reactor does not hold. @param at where it has stopped */
export function notHeld(
  { name, parked }: Pick<Reactor, 'name' | 'parked'>,
  action: string,
  sequence: number,
  at: number | undefined,
): RefoldError {
  const known = [...(at === undefined ? [] : [at]), ...parked.slice(0, 5).map((event) => event.sequence)];
  const hint = known.length === 0 ? 'It has not stopped, and parked no event' : `Give one of ${known.join(', ')}`;
  const message = `Cannot ${action} ${String(sequence)}: the reactor ${name} neither parked it nor stopped at it`;
  return new RefoldError('INVALID_OPTION', message, { type: 'sequence', hint });
}
