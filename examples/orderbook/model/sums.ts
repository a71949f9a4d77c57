/**
 * Exact sums of quantities that cannot run out: a number up to 2^53 - 1, a bigint beyond.
 *
 * One order has at most 2^53 - 1, but what entered in a symbol in a day, or what rests at one price, may be more. Each
 * sum has exactly one form, so that equal sums have the same state hash.
 */

/** A whole number. A bigint only where a number would not be exact. */
export type Sum = number | bigint;

export function plus(sum: Sum, amount: Sum): Sum {
  if (typeof sum === 'number' && typeof amount === 'number') {
    const result = sum + amount;
    if (Number.isSafeInteger(result)) return result;
  }
  return inOneForm(BigInt(sum) + BigInt(amount));
}

export function minus(sum: Sum, amount: Sum): Sum {
  if (typeof sum === 'number' && typeof amount === 'number') {
    const result = sum - amount;
    if (Number.isSafeInteger(result)) return result;
  }
  return inOneForm(BigInt(sum) - BigInt(amount));
}

function inOneForm(sum: bigint): Sum {
  const number = Number(sum);
  return Number.isSafeInteger(number) ? number : sum;
}
