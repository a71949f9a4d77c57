/**
 * Reports a failure. Prints `refold: <what>` and `hint: <what to do>` on stderr. With `--json` it also prints the
 * object `{ "error": { code, message, hint, … } }` on stdout.
 */
import { CommanderError } from 'commander';
import { readableError } from '../../guests/readable-error.ts';
import type { SerializedError } from '../../index.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { type OutputFailed, writeOut } from './output.ts';
import { manyLines, oneLine, paint, paintError, safeJson } from './text.ts';

type Failure = Omit<SerializedError, 'code'> & { readonly code: string };

/** Reports an error and returns its exit code. */
export async function reportError(thrown: unknown, context: { json: boolean; command: string }): Promise<ExitCode> {
  const error = readableError(thrown);
  // `refold` without a command: commander has printed the help on stderr.
  if (error instanceof CommanderError && error.code.startsWith('commander.help')) return EXIT.badInput;
  const failure = shortened(describe(error, context.command));
  // If stdout fails now, stderr still gets the message, and the exit code reports the first error.
  if (context.json) await writeOut(`${safeJson({ error: failure })}\n`).catch(() => {});
  printFailure(failure);
  return exitCodeOf(failure.code);
}

/** A message may hold a word of the call, or a text of the model, that is longer than anybody reads. */
const LONGEST_TOLD = 2_000;

function shortened(failure: Failure): Failure {
  const { message } = failure;
  if (message.length <= LONGEST_TOLD) return failure;
  return { ...failure, message: `${message.slice(0, LONGEST_TOLD / 2)} … ${message.slice(-LONGEST_TOLD / 4)}` };
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
  if (stack !== undefined) console.error(manyLines(stack));
  return { code: 'UNEXPECTED', message, hint: 'This is a defect in refold or in the model: look at the stack above' };
}

/** The model may import its own copy of refold, whose errors have another class. */
function isRefoldLike(error: Error): error is Error & { toJSON(): Failure } {
  return error.name === 'RefoldError' && 'toJSON' in error;
}

/** Commander appends what would be valid, or a name that is nearly the same: that is the hint. */
function describeUsage(error: CommanderError, command: string): Failure {
  const text = error.message.replace(/^error: /, '');
  const [, said = text, advice] = /^(.* is invalid(?: for argument '[^']*')?)\. (.*)$/s.exec(text) ?? [];
  const [, message = said, nearest] = /^(.*)\n\((Did you mean [^\n]*)\)$/s.exec(said) ?? [];
  const hint = [advice ?? nearest, `Run ${command} --help`].filter((one) => one !== undefined).join(' ');
  return {
    code: 'INVALID_OPTION',
    message: message.replace(/^command-argument value (.*) is invalid for/s, '$1 is invalid for'),
    hint,
  };
}
