/** Assertions are for our own mistakes; the world's are `RefoldError`s. */
export function assert(condition: unknown, statement: string): asserts condition {
  if (!condition) throw new Error(`refold has a defect: it is not so that ${statement}`);
}
