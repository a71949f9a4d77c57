/** Writes a victim's marks synchronously to a pipe that its killer reads, so that they arrive before it dies. */
import fs from 'node:fs';

const STDOUT = 1;

/** Returns when the line has left the process. Waits for a full pipe, because the killer may be slow. */
export function writeMark(line: string): void {
  let rest = Buffer.from(`${line}\n`);
  while (rest.byteLength > 0) {
    try {
      rest = rest.subarray(fs.writeSync(STDOUT, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      standStill(1);
    }
  }
}

/** Blocks this thread. */
export function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
