/** Differences in the direction that was asked for. Pure. */
import type { DiffAnswer } from '../../../wire.ts';

/** The server tells the way from the earlier moment to the later one. */
export function inDirection(answer: DiffAnswer): DiffAnswer {
  if (answer.isSwapped !== true) return answer;
  return {
    ...answer,
    ...{ from: answer.to, to: answer.from },
    tables: answer.tables.map((table) => ({ ...table, new: table.gone, gone: table.new })),
    changes: answer.changes.map(({ before, after, ...change }) => ({
      ...change,
      ...(after !== undefined && { before: after }),
      ...(before !== undefined && { after: before }),
    })),
  };
}
