/** Redis's save rules: `3600 1 300 100` saves after 3,600 s with 1 change, and after 300 s with 100 changes. */

/** Whether one of the rules wants a snapshot. @param elapsedMs since the last one */
export function isSaveDue(rules: string, changes: number, elapsedMs: number): boolean {
  const numbers = rules.split(' ').filter(Boolean).map(Number);
  for (let at = 0; at + 1 < numbers.length; at += 2) {
    if (changes >= numbers[at + 1]! && elapsedMs > numbers[at]! * 1000) return true;
  }
  return false;
}
