/** How a victim's marks get out before it dies: written at once, to a pipe that its killer reads. */
import fs from 'node:fs';

const STDOUT = 1;

/** Returns when the line is out of the process. A full pipe is waited for: the killer may be slow. */
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
