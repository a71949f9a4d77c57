/**
 * One case under a system clock that is set. Run it with libfaketime preloaded: `under-faketime.ts SEED LOG
 * CLOCK-FILE`.
 *
 * The case writes the time into the file that libfaketime reads, so that `Date.now()` itself leaps.
 */
import { writeFileSync } from 'node:fs';
import { runClockCase } from './case.ts';

/** Whether the clock followed the file. Otherwise the case has tested nothing. */
let sawLeaps = false;
const [seed, path, clockFile] = process.argv.slice(2) as [string, string, string];
const report = await runClockCase({ seed: Number(seed), at: { path }, setClock });
process.send!({ ...report, sawLeaps });

/**
 * The first reading sets the clock: libfaketime starts it at the file's time less the time that reading the file took.
 * Where the machine is busy that is some milliseconds, so only the second one is a time before which nothing is recorded.
 */
function setClock(now: number): number {
  const text = new Date(now).toISOString().replace('T', ' ').slice(0, 23);
  writeFileSync(clockFile, `@${text}\n`);
  const first = Date.now();
  sawLeaps ||= Math.abs(first - now) < 120_000;
  return Date.now();
}
