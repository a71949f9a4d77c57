/** Bytes as people read them: in double quotes, with escapes. `splitInline` reads it back. */

const SHORT_ESCAPES: { readonly [character: string]: string } = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\x07': '\\a',
};

export function quoted(text: string): string {
  return `"${text.replace(/[^ !#-[\]-~]/g, (one) => SHORT_ESCAPES[one] ?? hexOf(one))}"`;
}

function hexOf(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
