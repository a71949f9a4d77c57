/** Gates for a server whose file is being loaded, or cannot be written. */
import { type Gate, isFlagged } from '../dispatch.ts';
import type { StoreKeeper } from './keeper.ts';

const LOADING = 'LOADING Redis is loading the dataset in memory';

/** While the state is loaded, only commands run that need none of it. */
export function loadingGate(keeper: StoreKeeper): Gate {
  return (_client, row) => (keeper.isLoading && !row.flags.includes('loading') ? LOADING : undefined);
}

/** Refuses writes while the file does not take them, or snapshots fail. */
export function writableGate(keeper: StoreKeeper): Gate {
  return (client, row) => {
    const { refusal } = keeper;
    return refusal !== undefined && isFlagged(client, row, 'write') ? refusal : undefined;
  };
}
