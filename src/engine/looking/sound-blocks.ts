/** Reads the blocks of a range around those that are damaged: what is sound can still be looked at. */
import { isRefoldError, type RefoldError } from '../../core/errors.ts';
import type { Block, LogStore } from '../../log/log-store.ts';

/** A part of the log that cannot be read. */
export interface Damage {
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** `LOG_CORRUPT`: what is wrong with it. */
  readonly error: RefoldError;
}

export type OnDamage = (damage: Damage) => void;

/**
 * The sound blocks of a range, in order.
 *
 * @param onDamage gets each damaged block
 * @throws RefoldError as `log.read` does; `LOG_CORRUPT` where it cannot be said what a damage takes
 */
export async function* soundBlocks(
  log: LogStore,
  { from, to }: { readonly from: number; readonly to: number },
  onDamage: OnDamage,
): AsyncGenerator<Block, void> {
  for (let next = from; next <= to; ) {
    try {
      for await (const block of log.read({ from: next, to })) {
        next = block.lastSequence + 1;
        yield block;
      }
      return;
    } catch (error) {
      if (!isRefoldError(error, 'LOG_CORRUPT')) throw error;
      const damage = await damageOf(log, error, next);
      // A page is checked as a whole: what stands before the damage has not come yet.
      if (damage.firstSequence > next) yield* log.read({ from: next, to: damage.firstSequence - 1 });
      onDamage(damage);
      next = damage.lastSequence + 1;
    }
  }
}

/** How far a damage reaches: to the end of its block. @throws the error if its block is not known */
async function damageOf(log: LogStore, error: RefoldError, next: number): Promise<Damage> {
  const { sequence } = error;
  for await (const { firstSequence, lastSequence } of log.headers(sequence)) {
    if (firstSequence === sequence && lastSequence >= next) return { firstSequence, lastSequence, error };
    break;
  }
  throw error;
}
