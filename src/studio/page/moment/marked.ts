/** Which mark is meant, from where the page is. Pure. */

/** @param marks in their order */
export function markBefore(marks: readonly number[], at: number): number | undefined {
  return marks.findLast((mark) => mark < at);
}

export function markAfter(marks: readonly number[], at: number): number | undefined {
  return marks.find((mark) => mark > at);
}

/** The mark before and this moment; without one, this moment and the next mark. */
export function diffPlan(
  marks: readonly number[],
  at: number,
): { readonly from: number; readonly to: number } | undefined {
  const from = markBefore(marks, at);
  if (from !== undefined) return { from, to: at };
  const to = markAfter(marks, at);
  return to === undefined ? undefined : { from: at, to };
}
