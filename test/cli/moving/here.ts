/** Runs a command in this process, without the start of a new one. Stdout is a pipe. */
import { vi } from 'vitest';
import { run } from '../../../src/cli/program.ts';
import type { Run } from '../support.ts';

export async function runHere(...args: readonly string[]): Promise<Run> {
  const { stdout, stderr, exitCode } = process;
  const listeners = [stdout, stderr].map((stream) => [stream, stream.listeners('error')] as const);
  const [out, err]: [string[], string[]] = [[], []];
  const write = vi.spyOn(stdout, 'write').mockImplementation((chunk: unknown, ...rest: unknown[]) => {
    out.push(String(chunk));
    const taken = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (taken !== undefined) queueMicrotask(taken);
    return true;
  });
  const complain = vi.spyOn(console, 'error').mockImplementation((text) => void err.push(`${text}\n`));
  try {
    process.exitCode = undefined;
    const code = await run(args, '0');
    return { code, stdout: out.join(''), stderr: err.join('') };
  } finally {
    process.exitCode = exitCode;
    write.mockRestore();
    complain.mockRestore();
    for (const [stream, before] of listeners) {
      for (const one of stream.listeners('error')) if (!before.includes(one)) stream.off('error', one as () => void);
    }
  }
}

/** Runs a command with `--json`, which must succeed with one object. */
export async function jsonHere(...args: readonly string[]): Promise<any> {
  const { code, stdout, stderr } = await runHere(...args, '--json');
  if (code !== 0 || stderr !== '') throw new Error(`refold ${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
