/**
 * Reports a failure. Prints `refold: <what>` and `hint: <what to do>` on stderr. With `--json` it also prints the
 * object `{ "error": { code, message, hint, … } }` on stdout.
 */
import { CommanderError } from 'commander';
import { readableError } from '../../guests/readable-error.ts';
import type { SerializedError } from '../../index.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { type OutputFailed, writeOut } from './output.ts';
import { oneLine, paint, paintError, safeJson } from './text.ts';

type Failure = Omit<SerializedError, 'code'> & { readonly code: string };

/** Reports an error and returns its exit code. */
export async function reportError(thrown: unknown, context: { json: boolean; command: string }): Promise<ExitCode> {
  const error = readableError(thrown);
  // `refold` without a command: commander has printed the help on stderr.
  if (error instanceof CommanderError && error.code.startsWith('commander.help')) return EXIT.badInput;
  const failure = describe(error, context.command);
  // If stdout fails now, stderr still gets the message, and the exit code reports the first error.
  if (context.json) await writeOut(`${safeJson({ error: failure })}\n`).catch(() => {});
  printFailure(failure);
  return exitCodeOf(failure.code);
}

function printFailure({ message, hint }: Pick<Failure, 'message' | 'hint'>): void {
  console.error(`${paintError('red', 'refold:')} ${oneLine(message)}`);
  if (hint !== undefined) console.error(`${paintError('cyan', 'hint:')} ${oneLine(hint)}`);
}

/** A finding in the answer of a command, as lines after an empty one. */
export function problemText({ code, message, hint }: SerializedError): string {
  return `\n${paint('red', code)}  ${oneLine(message)}\n${hint === undefined ? '' : `hint: ${oneLine(hint)}\n`}`;
}

/**
 * Reports that writing to stdout failed, and returns the exit code. A closed pipe is not a failure: it returns the
 * command's own exit code.
 */
export function reportOutput(failure: OutputFailed): number {
  if (failure.isClosedPipe) return Number(process.exitCode ?? EXIT.ok);
  printFailure({ message: failure.message, hint: 'Free some space, or write the output elsewhere' });
  return EXIT.outputFailed;
}

function describe(error: Error, command: string): Failure {
  if (error instanceof CommanderError) return describeUsage(error, command);
  if (isRefoldLike(error)) return error.toJSON();
  const { message, stack } = error;
  if (stack !== undefined) console.error(stack);
  return { code: 'UNEXPECTED', message, hint: 'This is a defect in refold or in the model: look at the stack above' };
}

/** The model may import its own copy of refold, whose errors have another class. */
function isRefoldLike(error: Error): error is Error & { toJSON(): Failure } {
  return error.name === 'RefoldError' && 'toJSON' in error;
}

function describeUsage(error: CommanderError, command: string): Failure {
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = rest.join(' ').trim().replace(/^\(/, '').replace(/\)$/, '');
  const help = `Run ${command} --help`;
  return { code: 'INVALID_OPTION', message: first, hint: suggestion === '' ? help : `${suggestion} ${help}` };
}
