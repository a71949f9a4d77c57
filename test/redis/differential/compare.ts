/** Whether two servers gave the same reply. */
import { ErrorReply, Push, type Reply } from '../test-client.ts';
import type { Comparison } from './templates.ts';

/** What is compared: text in which equal replies are equal. */
export function comparable(reply: Reply, comparison: Comparison): string {
  if (Array.isArray(reply)) {
    if (comparison === 'unordered') return `[${reply.map((item) => comparable(item, 'exact')).sort()}]`;
    if (comparison === 'transaction') return `[${reply.map((item) => comparable(item, 'unordered'))}]`;
    if (comparison === 'pairs') return `[${pairsOf(reply).sort()}]`;
    return `[${reply.map((item) => comparable(item, 'exact'))}]`;
  }
  if (reply instanceof Map) {
    const entries = [...reply].map(([key, value]) => `${comparable(key, 'exact')}=>${comparable(value, 'exact')}`);
    return `{${comparison === 'exact' ? entries : entries.sort()}}`;
  }
  if (reply instanceof Set) return `<${[...reply].map((item) => comparable(item, 'exact')).sort()}>`;
  if (reply instanceof ErrorReply) return `error ${reply.message}`;
  if (reply instanceof Push) return `push ${comparable([...reply.items], 'exact')}`;
  return typeof reply === 'number' && Object.is(reply, -0) ? '-0' : `${typeof reply} ${String(reply)}`;
}

function pairsOf(items: readonly Reply[]): string[] {
  if (Array.isArray(items[0])) return items.map((item) => comparable(item, 'exact'));
  return Array.from({ length: items.length / 2 }, (_, at) =>
    [items[2 * at]!, items[2 * at + 1]!].map((item) => comparable(item, 'exact')).join('=>'),
  );
}
