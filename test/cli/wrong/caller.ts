/**
 * Runs calls of `refold` in one process, as a parent asks for them, and answers with what each printed. Starting a process for each
 * of a hundred calls would take a minute.
 */
import { run } from '../../../src/cli/program.ts';

export interface Called {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

process.on('message', async (args: readonly string[]) => {
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) process[name].write = takingInto(printed, name);
  process.exitCode = undefined;
  const code = await run(args, '0.0.0');
  process.send!({ ...printed, code } satisfies Called);
});

process.send!('ready');

function takingInto(
  printed: { stdout: string; stderr: string },
  name: 'stdout' | 'stderr',
): typeof process.stdout.write {
  return (text: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
    printed[name] += String(text);
    const done = rest.find((one) => typeof one === 'function');
    done?.();
    return true;
  };
}
