/** Reads CSV as RFC 4180 has it, for tests: fields may be quoted. */

/** The rows of a text by column name; an empty field is ''. */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...rows] = rowsOf(text);
  return rows.map((row) => {
    if (row.length !== header.length)
      throw new Error(`${row.length} fields instead of ${header.length}: ${row.join('|')}`);
    return Object.fromEntries(header.map((name, at) => [name, row[at]!]));
  });
}

function rowsOf(text: string): string[][] {
  const rows: string[][] = [];
  const row: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (isQuoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') field += text[++at];
      else isQuoted = false;
    } else if (sign === '"') isQuoted = true;
    else if (sign === ',' || sign === '\n') {
      row.push(field);
      field = '';
      if (sign === '\n') rows.push(row.splice(0));
    } else field += sign;
  }
  if (field !== '' || row.length > 0) throw new Error('the last line has no end');
  return rows;
}
