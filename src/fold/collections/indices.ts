/** Indices as arrays take them: a fraction is cut off, and a negative index counts from the end. */

/** The index of an item, as `at` of an array takes it. Undefined beyond the ends. */
export function itemIndex(index: number, size: number): number | undefined {
  const whole = Math.trunc(index) || 0;
  const at = whole < 0 ? size + whole : whole;
  return at >= 0 && at < size ? at : undefined;
}

/** A bound, as `slice` of an array takes it: between 0 and `size`. */
export function boundIndex(index: number | undefined, otherwise: number, size: number): number {
  if (index === undefined) return otherwise;
  const whole = Math.trunc(index) || 0;
  return whole < 0 ? Math.max(size + whole, 0) : Math.min(whole, size);
}
