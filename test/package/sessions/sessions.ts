/**
 * The sessions of a page: what a reader types, and what answers. Pure: text in, text out.
 *
 * A session is a fence without a language that begins with `$ `. Each line that begins with `$ ` is a command, and the lines
 * below it are its output. A line of the output that is only `…` stands for lines that the page leaves out.
 *
 * A fence of TypeScript whose first line is a comment with a name is a file of the reader's project: `// bank.ts`.
 */
import { withoutWhatVaries } from './what-varies.ts';

/** A file that a page prints in full. */
export interface PrintedFile {
  readonly name: string;
  readonly source: string;
}

/** A command of a page, with the output that the page shows. Lines have no ends. */
export interface Shown {
  readonly command: string;
  readonly output: readonly string[];
}

/** The files of a page, in its order. */
export function filesOf(page: string): PrintedFile[] {
  return [...page.matchAll(/^```ts\n(\/\/ ([\w-]+\.ts)\b[\s\S]*?)^```$/gm)].map(([, source, name]) => ({
    name: name!,
    source: source!,
  }));
}

/** All commands of a page, in its order. */
export function shownIn(page: string): Shown[] {
  return [...page.matchAll(SESSION)].flatMap(([, body]) => commandsOf(body!));
}

/**
 * The page with the answers in place of the outputs. There is one answer for each command.
 *
 * An output that tells the same, apart from what varies, stays as it is. A new one leaves out as many lines as the old one did,
 * if it is longer than what the old one shows.
 */
export function withAnswers(page: string, answers: readonly (readonly string[])[]): string {
  let next = 0;
  return page.replaceAll(SESSION, (_, body: string) => {
    const lines = commandsOf(body).flatMap(({ command, output }) => {
      const answer = answers[next++];
      if (answer === undefined) throw new Error(`there is no answer to: ${command}`);
      return [`$ ${command}`, ...(tellsTheSame(output, answer) ? output : shortened(answer, output))];
    });
    return `\`\`\`\n${lines.join('\n')}\n\`\`\``;
  });
}

const SESSION = /(?<=^|\n)```\n(\$ [\s\S]*?)\n```(?=\n|$)/g;
const LEFT_OUT = '…';

function commandsOf(body: string): Shown[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => part.replace(/\n$/, '').split('\n'))
    .map(([command, ...output]) => ({ command: command!, output }));
}

/** Whether the lines of a page are the lines that were printed. */
function tellsTheSame(shown: readonly string[], printed: readonly string[]): boolean {
  const [head, tail] = split(shown);
  const same = (some: readonly string[], others: readonly string[]): boolean =>
    withoutWhatVaries(some.join('\n')) === withoutWhatVaries(others.join('\n'));
  if (tail === undefined) return same(head, printed);
  if (printed.length <= head.length + tail.length) return false; // then nothing would be left out
  return same(head, printed.slice(0, head.length)) && same(tail, printed.slice(printed.length - tail.length));
}

function shortened(printed: readonly string[], shown: readonly string[]): readonly string[] {
  const [head, tail] = split(shown);
  if (tail === undefined || printed.length <= head.length + tail.length) return printed;
  return [...printed.slice(0, head.length), LEFT_OUT, ...printed.slice(printed.length - tail.length)];
}

/** What stands before the first line that is left out, and after it. */
function split(shown: readonly string[]): readonly [head: readonly string[], tail?: readonly string[]] {
  const at = shown.indexOf(LEFT_OUT);
  return at < 0 ? [shown] : [shown.slice(0, at), shown.slice(at + 1)];
}
