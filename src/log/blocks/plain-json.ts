/** JSON from a file that is not trusted. */

/**
 * Parses JSON that is not trusted: a checksum proves that a file was not damaged, not that refold wrote it. No admitted
 * event has a key `__proto__`. An event with this key would change the prototype of its copies.
 */
export function parsePlain(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // A look at the text costs almost nothing. The second test is for escapes, which could hide the key.
  if (text.includes('__proto__') || text.includes('\\u')) requirePlain(value);
  return value;
}

function requirePlain(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw new TypeError('a key __proto__');
  for (const inner of Object.values(value)) requirePlain(inner);
}
