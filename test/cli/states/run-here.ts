/** Runs the command line in this process, as if stdout were a terminal of some width, or a pipe. */
import { vi } from 'vitest';
import { run } from '../../../src/cli/program.ts';

export interface Printed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Screen {
  /** The width of the terminal; undefined for a pipe. */
  readonly columns?: number | undefined;
  readonly colours?: boolean;
}

export async function runHere(args: readonly string[], { columns, colours = false }: Screen = {}): Promise<Printed> {
  const { exitCode } = process;
  const streams = [process.stdout, process.stderr];
  const listeners = streams.map((stream) => stream.listeners('error'));
  const undo = [
    set(process.stdout, { isTTY: columns !== undefined, columns, getColorDepth: () => (colours ? 8 : 1) }),
    set(process.env, { FORCE_COLOR: undefined }),
  ];
  const out: string[] = [];
  const err: string[] = [];
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text: unknown, ...rest: unknown[]) => {
    out.push(String(text));
    const written = rest.find((one) => typeof one === 'function') as (() => void) | undefined;
    if (written !== undefined) queueMicrotask(written);
    return true;
  });
  const complain = vi.spyOn(console, 'error').mockImplementation((text: unknown) => void err.push(`${String(text)}\n`));
  try {
    process.exitCode = undefined;
    const code = await run(args, '0.0.0');
    return { code, stdout: out.join(''), stderr: err.join('') };
  } finally {
    write.mockRestore();
    complain.mockRestore();
    process.exitCode = exitCode;
    for (const [index, stream] of streams.entries()) {
      const added = stream.listeners('error').filter((one) => !listeners[index]!.includes(one));
      for (const one of added) stream.off('error', one as () => void);
    }
    for (const back of undo) back();
  }
}

/** Sets properties, or deletes them where the value is undefined, and gives what sets them back. */
function set(object: object, values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(values).map((name) => [name, Object.getOwnPropertyDescriptor(object, name)] as const);
  const value = (one: unknown): PropertyDescriptor => ({
    value: one,
    writable: true,
    configurable: true,
    enumerable: true,
  });
  for (const [name, one] of Object.entries(values)) {
    if (one === undefined) Reflect.deleteProperty(object, name);
    else Object.defineProperty(object, name, value(one));
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(object, name);
      else Object.defineProperty(object, name, descriptor);
    }
  };
}
