/** `refold export FILE --aof DIR`: the key space as an AOF that a Redis 7.0 loads. */
import { openStore, type Progress, RefoldError } from '../../index.ts';
import type { AofCommand } from '../files/aof/read-commands.ts';
import { rewriteCommands } from '../files/aof/write-commands.ts';
import { discardAof, isFree, writeAof } from '../files/write-aof.ts';
import type { KeySpace } from '../model/key-space.ts';
import { keySpaceModel } from '../model/model.ts';
import { plainEntries } from '../plain/plain-value.ts';
import { countKeys, type KeyCounts, Pace, type TransferProgress } from './counts.ts';

export interface ExportOptions {
  /** The log's file. A server may have it open. */
  readonly path: string;
  /** The folder for the AOF: a new one, or an empty one. */
  readonly folder: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly onTransfer?: (progress: TransferProgress) => void;
  /** Aborted: the export fails, and leaves nothing. */
  readonly signal?: AbortSignal;
}

export interface Exported {
  /** The AOF has every event up to this one, and none after it. */
  readonly sequence: number;
  readonly keys: KeyCounts;
  readonly commands: number;
  readonly bytes: number;
}

/**
 * Writes the AOF, as of the sequence at which the log stands now.
 *
 * @throws RefoldError `INVALID_OPTION` when the folder has something in it; as `openStore` does for the log
 */
export async function exportAof({ path, folder, onProgress, onTransfer, signal }: ExportOptions): Promise<Exported> {
  if (!isFree(folder)) {
    throw new RefoldError('INVALID_OPTION', `Cannot export to ${folder}: it is not an empty folder`, {
      path: folder,
      hint: 'Name a folder that is empty or does not exist yet; refold never overwrites a file',
    });
  }
  await using store = await openStore(keySpaceModel, {
    path,
    readOnly: true,
    fold: 'direct',
    strict: false,
    ...(onProgress && { onProgress }),
  });
  const space = store.state as KeySpace;
  const keys = countKeys(space);
  try {
    const written = await writeAof(folder, watched(space, keys.all, onTransfer, signal));
    return { sequence: store.sequence, keys, ...written };
  } catch (error) {
    discardAof(folder);
    throw error;
  }
}

async function* watched(
  space: KeySpace,
  total: number,
  onTransfer: ExportOptions['onTransfer'],
  signal: AbortSignal | undefined,
): AsyncGenerator<AofCommand, void> {
  const pace = new Pace();
  let done = 0;
  const counted = plainEntries(space).map((entry) => {
    done += 1;
    return entry;
  });
  for (const command of rewriteCommands(counted)) {
    yield command;
    onTransfer?.({ done, total, unit: 'keys' });
    await pace.pause();
    signal?.throwIfAborted();
  }
}
