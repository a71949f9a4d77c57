/** What the engine asks of a log's care, and what it does for a log without care. */
import type { SerializedError } from '../../core/errors.ts';
import { NOTHING_SEALED } from '../../log/blocks/sealing.ts';
import type { LogSize, SealOptions, SealReport } from '../../log/log-care.ts';
import type { LogStore } from '../../log/log-store.ts';

const NO_FILES: LogSize = { fileBytes: 0, walBytes: 0, freeBytes: 0 };

/** All 0 if the log does not report sizes. */
export function sizeOf({ care }: LogStore): LogSize {
  return care?.size() ?? NO_FILES;
}

/** What an open block takes on the disk, as a function of the size of its text. */
export function storedBytesOf({ care }: LogStore): (textBytes: number) => number {
  return (textBytes) => care?.storedBytes?.(textBytes) ?? textBytes;
}

/** Seals nothing if the log cannot seal. */
export async function sealLog({ care }: LogStore, options: SealOptions): Promise<SealReport> {
  return care === undefined ? NOTHING_SEALED : care.seal(options);
}

export async function reclaimLog({ care }: LogStore): Promise<void> {
  await care?.reclaim();
}

/** Empty if the log cannot check its structure. */
export async function checkStructure({ care }: LogStore): Promise<readonly SerializedError[]> {
  return care === undefined ? [] : care.checkStructure();
}

/** Whether a log that is open for writing may be written beside its events: by its one writer, or by the keeper of its members. */
export function mayKeep({ keeping }: Pick<LogStore, 'keeping'>): boolean {
  return keeping === undefined || keeping.isKeeper;
}
