/** What a page shows of what its commands printed. Pure. */

/** What a command printed, errors included, and how it ended. */
export interface Ran {
  readonly text: string;
  readonly code: number;
}

/** The folder that the pages show in place of the real one. */
const SHOWN_FOLDER = '/home/ada/bank';

/**
 * The lines of each command. The line that says which model was found is there once: each command prints the same.
 *
 * @throws Error when a command fails, and the page does not ask for its exit code with `echo $?`
 */
export function answersTo(commands: readonly string[], ran: readonly Ran[], folder: string): string[][] {
  const failed = commands.filter((_, at) => ran[at]!.code !== 0 && commands[at + 1] !== 'echo $?');
  if (failed.length > 0) throw new Error(`these fail, and the page does not say so: ${failed.join(' · ')}`);
  const told = new Set<string>();
  return ran.map(({ text }) =>
    linesOf(text.replaceAll(folder, SHOWN_FOLDER)).filter((line) => {
      const isRepeated = line.startsWith('model: ') && told.has(line);
      told.add(line);
      return !isRepeated;
    }),
  );
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
