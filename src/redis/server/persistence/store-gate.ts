/** What may not run while the log cannot be written, or is being loaded. */
import type { CommandRow } from '../../calls/command.ts';
import type { KeeperState } from './store-keeper.ts';

/** The refusal of a command in this state of the store. @param isReadOnly whether the server never writes */
export function storeRefusal(state: KeeperState, isReadOnly: boolean, { flags }: CommandRow): string | undefined {
  if (state === 'open') return undefined;
  if (state === 'loading')
    return flags.includes('loading') ? undefined : 'LOADING Redis is loading the dataset in memory';
  if (!flags.includes('write')) return undefined;
  if (isReadOnly) return "READONLY You can't write against a read only replica.";
  return 'MISCONF Errors writing to the AOF file: the log cannot be written, and the server tries again every second';
}
