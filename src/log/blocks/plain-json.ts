/** JSON out of a file that may come from anybody. */

/**
 * Parses JSON that nobody vouches for: a checksum proves that a file was not harmed, not that it was made by us. No event
 * that was ever admitted has a key `__proto__`; one that has would reach the prototypes of whoever copies it.
 */
export function parsePlain(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Looked for in the text first, which costs next to nothing; an escape could hide it.
  if (text.includes('__proto__') || text.includes('\\u')) requirePlain(value);
  return value;
}

function requirePlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('a key __proto__');
  for (const inner of Object.values(value)) requirePlain(inner);
}
