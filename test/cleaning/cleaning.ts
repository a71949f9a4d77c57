/**
 * What shared helpers clean up after each test. They cannot use `afterEach` for it: the test files of a worker share their
 * modules, and such a hook would run in the first file alone.
 */

const cleaners: (() => Promise<void>)[] = [];

/** The work is done after each test of this process. */
export function cleanAfterEachTest(clean: () => Promise<void>): void {
  cleaners.push(clean);
}

export async function clean(): Promise<void> {
  for (const cleaner of cleaners) await cleaner();
}
