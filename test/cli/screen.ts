/** Runs the command line in this process, as if stdout were a terminal of some width, or a pipe. */
import { run } from '../../src/cli/program.ts';
import { type Printed, runHere as runIn } from '../run-here.ts';

export interface Screen {
  /** The width of the terminal; undefined for a pipe. */
  readonly columns?: number | undefined;
  readonly colours?: boolean;
}

export async function runHere(args: readonly string[], { columns, colours = false }: Screen = {}): Promise<Printed> {
  const undo = [
    set(process.stdout, { isTTY: columns !== undefined, columns, getColorDepth: () => (colours ? 8 : 1) }),
    set(process.env, { FORCE_COLOR: undefined }),
  ];
  try {
    return await runIn(process.cwd(), () => run(args, '0.0.0'));
  } finally {
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
