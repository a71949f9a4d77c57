/** Splits a line into arguments, with the quotes and escapes that redis-cli and configuration files allow. */

const ESCAPES: { readonly [letter: string]: string } = { n: '\n', r: '\r', t: '\t', b: '\b', a: '\x07' };

/**
 * The arguments of a line of latin1 text: separated by white space; in double quotes with `\n`, `\x41` and the like, in
 * single quotes with `\'` alone. Undefined when quotes are not closed, or are followed by something else than a space.
 */
export function splitInline(line: string): string[] | undefined {
  const args: string[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at])) at++;
    if (at >= line.length) return args;
    let argument = '';
    let quote = '';
    for (; at < line.length || quote !== ''; at++) {
      const letter = line[at];
      if (letter === undefined) return undefined;
      if (quote === '') {
        if (ends(letter)) break;
        if (letter === '"' || letter === "'") quote = letter;
        else argument += letter;
      } else if (letter === '\\' && quote === '"' && /^x[\da-f]{2}$/i.test(line.slice(at + 1, at + 4))) {
        argument += String.fromCharCode(Number.parseInt(line.slice(at + 2, at + 4), 16));
        at += 3;
      } else if (letter === '\\' && at + 1 < line.length && (quote === '"' || line[at + 1] === "'")) {
        at++;
        argument += quote === '"' ? (ESCAPES[line[at]!] ?? line[at]) : "'";
      } else if (letter === quote) {
        if (at + 1 < line.length && !isSpace(line[at + 1])) return undefined;
        at++;
        break;
      } else {
        argument += letter;
      }
    }
    args.push(argument);
  }
}

function isSpace(letter: string | undefined): boolean {
  return letter !== undefined && /[ \t\n\v\f\r\0]/.test(letter);
}

/** Whether an argument without quotes ends here. Other white space only stands between arguments. */
function ends(letter: string): boolean {
  return /[ \t\n\r\0]/.test(letter);
}
