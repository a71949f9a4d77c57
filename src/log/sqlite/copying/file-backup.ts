/** The backup of a log that has no file: a file is filled with a copy of it, and backed up as any other. */
import fs from 'node:fs';
import type { LogFilling } from '../../copying/log-copying.ts';
import type { LogBackupOptions, LogCopy } from '../../log-backup.ts';
import { canonicalPath, filesOf } from '../file/files.ts';
import { backUp } from '../mending/backup.ts';
import { fillFile } from './file-filling.ts';

/** How much of the work the filling is. */
const FILLED = 0.8;

/**
 * Writes the log to the new file `path`, and cuts it there where that is asked for. Until that is complete, the copy lies in
 * `<path>.filling`.
 *
 * @param name names the log in messages
 * @param fill fills and closes what it gets, and tells fractions from 0 to 1
 * @throws RefoldError as `backUp` does; what `fill` throws
 */
export async function backUpByFilling(
  name: string,
  path: string,
  options: LogBackupOptions,
  fill: (filling: LogFilling, tell: (fraction: number) => void) => Promise<unknown>,
): Promise<LogCopy> {
  const { onProgress } = options;
  return backUp(
    name,
    path,
    { ...options, onProgress: (done) => onProgress?.(FILLED + done * (1 - FILLED)) },
    async () => {
      const filled = `${canonicalPath(path)}.filling`;
      const remove = (): void => removeLog(filled);
      remove();
      try {
        await fill(await fillFile(filled, { of: name, signal: options.signal }), (done) => onProgress?.(done * FILLED));
      } catch (error) {
        remove();
        throw error;
      }
      return { file: filled, remove };
    },
  );
}

/** The file and what lies beside it. Nothing has it open. */
function removeLog(path: string): void {
  for (const { path: file } of filesOf(path)) fs.rmSync(file, { force: true });
}
