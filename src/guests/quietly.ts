/** Hides warnings that do not help users of the command line. */

/**
 * Runs work and hides two warnings: Node's warning about experimental features, and Node's warning about a package without
 * a module type.
 */
export async function quietly<T>(work: () => Promise<T>): Promise<T> {
  const emitWarning = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]): void => {
    if (!isRemark(rest)) Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return await work();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** `emitWarning(warning, type, code)` or `emitWarning(warning, { type, code })`. */
function isRemark([first, second]: readonly unknown[]): boolean {
  const { type, code } = (typeof first === 'object' && first !== null ? first : { type: first, code: second }) as {
    type?: unknown;
    code?: unknown;
  };
  return REMARKS.includes(type) || code === 'MODULE_TYPELESS_PACKAGE_JSON';
}

const REMARKS: readonly unknown[] = ['ExperimentalWarning'];
