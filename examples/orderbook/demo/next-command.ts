/** Where a flow goes on after a crash: each event carries the number of the command that caused it. */
import type { OpenBook } from '../workspace.ts';

/** The number of the first command that is not in the log. */
export async function nextCommand(store: OpenBook): Promise<number> {
  for await (const { meta } of store.events({ from: store.sequence })) return Number(meta?.command) + 1;
  return 0;
}
