/** Checks for mistakes in refold itself. A failure from outside is a `RefoldError` instead. */
export function assert(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new Error(`refold has a defect: this is false: ${statement}`);
}
