/**
 * Runs one fill: `one.ts SEED BYTES grow|delete`, in a separate mount namespace. A violation names all three arguments.
 *
 * unshare -m node --conditions=refold-source test/faults/disk-full/one.ts 37 716800 grow
 */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Fill, type FillOptions } from './fill.ts';

const [seed, sizeBytes, relief] = process.argv.slice(2);
const disk = fs.mkdtempSync(join(tmpdir(), 'refold-fill-'));
try {
  const options = { seed: Number(seed), sizeBytes: Number(sizeBytes), disk, relief: relief as FillOptions['relief'] };
  console.log(JSON.stringify(await new Fill(options).run()));
} finally {
  fs.rmdirSync(disk);
}
