/** Runs a command in this process, without the start of a new one. Stdout is a pipe. */
import { run } from '../../../src/cli/program.ts';
import { type Printed, runHere as runIn } from '../../run-here.ts';

export function runHere(...args: readonly string[]): Promise<Printed> {
  return runIn(process.cwd(), () => run(args, '0.0.0'));
}

/** Runs a command with `--json`, which must succeed with one object. */
export async function jsonHere(...args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await runHere(...args, '--json');
  if (code !== 0 || stderr !== '') throw new Error(`refold ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
