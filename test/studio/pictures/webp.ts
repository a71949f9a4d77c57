/** Pictures as WebP, by the programs of Debian's package `webp`. */
import { execFileSync } from 'node:child_process';

/** A picture of a film, and how long it is shown. */
export interface Frame {
  readonly path: string;
  readonly ms: number;
}

/** Small text must stay sharp, so a still loses almost nothing. Returns the path. */
export function writeStill(png: string, path: string): string {
  run('cwebp', ['-quiet', '-near_lossless', '40', '-m', '6', png, '-o', path]);
  return path;
}

/** Each frame is stored as its difference to the one before. Returns the path. */
export function writeFilm(frames: readonly Frame[], path: string): string {
  const listed = frames.flatMap(({ path: png, ms }) => ['-d', String(ms), png]);
  run('img2webp', ['-loop', '0', '-min_size', '-lossy', '-q', '70', '-m', '4', ...listed, '-o', path]);
  return path;
}

function run(program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error(`${program} is missing: apt-get install webp`, { cause: error });
  }
}
