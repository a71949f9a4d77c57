/** Where a log was at a place that others may have written behind since. */
import { grouped, RefoldError } from '../../core/errors.ts';
import { EMPTY_CHAIN } from '../../log/blocks/chain.ts';
import type { LogHead, LogStore } from '../../log/log-store.ts';
import type { Place } from '../writing/sharing/turn-queue.ts';

/**
 * The head of a log at a place that is durable.
 *
 * @throws RefoldError `SEQUENCE_CONFLICT` when no block ends there: blocks were sealed together since
 */
export async function headAt(log: LogStore, { sequence, recordedAt }: Place): Promise<LogHead> {
  const head = log.head();
  if (head.sequence === sequence) return head;
  if (sequence === 0) return { sequence, recordedAt: 0, chain: EMPTY_CHAIN };
  for await (const { lastSequence, chain } of log.read({ from: sequence, to: sequence })) {
    if (lastSequence === sequence) return { sequence, recordedAt, chain };
  }
  throw insideOfBlock(log.path, sequence);
}

function insideOfBlock(path: string, sequence: number): RefoldError {
  return new RefoldError(
    'SEQUENCE_CONFLICT',
    `Cannot say where ${path} was at ${grouped(sequence)}: no block ends there`,
    {
      path,
      sequence,
      hint: 'Try again: other processes are writing',
    },
  );
}
