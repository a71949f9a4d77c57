/** Sizes of memory as people write them. */

export const ULONG_MAX: bigint = 2n ** 64n - 1n;

const UNITS: { readonly [unit: string]: bigint } = {
  '': 1n,
  b: 1n,
  k: 1000n,
  kb: 1024n,
  m: 1000n ** 2n,
  mb: 1024n ** 2n,
  g: 1000n ** 3n,
  gb: 1024n ** 3n,
};

/** `1gb` gives 1073741824. Undefined for anything else than digits and a unit. No digits are 0, as in Redis. */
export function bytesOf(text: string): bigint | undefined {
  const [, digits, unit] = /^(\d{0,20})([a-z]{0,2})$/i.exec(text) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? '?'];
  if (digits === undefined || factor === undefined) return undefined;
  const value = BigInt(digits || '0') * factor;
  return value > ULONG_MAX ? undefined : value;
}
