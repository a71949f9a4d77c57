/** What errors say of the symbols of a book. */

const NAMED = 10;

/** Why a symbol cannot be looked at. */
export function noSymbol(name: string): string {
  return `the book has no symbol ${JSON.stringify(name)}`;
}

/** Which ones there are, as a hint: the first ten, and how many others. */
export function listedSymbols(symbols: readonly string[]): string {
  if (symbols.length === 0) return 'It has no symbols';
  const others = symbols.length - NAMED;
  return `It has ${symbols.slice(0, NAMED).join(', ')}${others > 0 ? ` and ${others} others` : ''}`;
}
