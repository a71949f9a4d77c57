/**
 * Runs calls of `refold` at a terminal, in one process: `pane.ts CALLS.json`. A line with its number comes before each, and a line after the last one. Its
 * clock runs fast, so that progress bars appear in short work.
 */
import { readFileSync } from 'node:fs';
import { run } from '../../../src/cli/program.ts';

const calls: readonly (readonly string[])[] = JSON.parse(readFileSync(process.argv[2]!, 'utf8'));
const now = performance.now.bind(performance);
performance.now = () => now() * 1_000;

for (const [number, args] of calls.entries()) {
  process.stdout.write(`@@ ${number}\n`);
  process.exitCode = undefined;
  const code = await run(args, '0.0.0');
  process.stdout.write(`@@ code ${code}\n`);
}
process.stdout.write('@@ end\n');
process.exitCode = 0;
