/**
 * Mutated streams of the Redis protocol: frames cut at every byte, lengths of -1, 2^31 and 2^53, nested arrays, garbage, HTTP.
 *
 * Every reply must be Redis's own, byte for byte, however the stream is cut. Meanwhile other clients are served, 200
 * connections announce values that never come, and the memory of the server stays bounded.
 */
import { join } from 'node:path';
import { HAS_REDIS, warmUp } from '../../redis/processes.ts';
import type { Defect } from '../redis/defects.ts';
import { type Control, type FaultRow, type RowOptions, type RowReport, tierOne } from '../row.ts';
import { barrage } from './barrage.ts';

const REQUIRED = { short: tierOne(100_000), long: 1_000_000 };
const CONTROL_STREAMS = 2_000;

const CONTROLS: readonly (readonly [name: string, defect: Defect])[] = [
  ['a parser that loses a byte at a cut', 'lost byte'],
  ['a server that reserves what is announced', 'believed length'],
  ['a server that dies of 2^53', 'dies of a length'],
];

export const row: FaultRow = {
  name: 'redis-protocol',
  required: REQUIRED,
  missing: () => {
    if (process.platform !== 'linux') return 'only Linux says in /proc how much memory a process has had';
    return HAS_REDIS ? undefined : 'redis-server is not installed';
  },
  run,
};

async function run({ long, seed, folder, say }: RowOptions): Promise<RowReport> {
  const cache = join(folder, 'compiled');
  await warmUp(cache);
  const streams = long ? REQUIRED.long : REQUIRED.short;
  const report = await barrage({ seed, streams, folder: join(folder, 'barrage'), cache, say });
  const controls: Control[] = [];
  for (const [at, [name, defect]] of CONTROLS.entries()) {
    const home = join(folder, `control-${at}`);
    const options = { seed, streams: CONTROL_STREAMS, folder: home, cache, defect, say: () => undefined };
    const { violations } = await barrage(options);
    controls.push({ name, noticed: violations.at(-1)?.slice(0, 160) });
  }
  const notes = [`the server took ${report.peakMib} MiB at most; a client beside it made ${report.rounds} rounds`];
  return { cases: report.streams, violations: report.violations, notes, controls };
}
