/**
 * The oracle of bad habits, which is promise 9 of docs/GUARANTEES.md. Each append is refused with a typed error and
 * changes nothing, or it is in the log and readable. The state is the same live, replayed, from a snapshot and its
 * tail, in a separate process, and under the other fold. No call hangs. Nothing that an application does ends the
 * process.
 */
import { settingsOf } from '../../../src/engine/calls/options.ts';
import { describe, Findings } from './findings.ts';
import { Life } from './life.ts';
import type { Program } from './program.ts';

/** The result of a program. */
export interface Verdict {
  readonly violations: readonly string[];
  /** The number of accepted appends and commands, and the codes of the refused ones. */
  readonly accepted: number;
  readonly refusals: readonly string[];
  /**
   * Whether there is a difference that only the snapshot check of another process can find. It is allowed only for
   * silent purity.
   */
  readonly silent: boolean;
}

/** Whether the engine under test has the option `strict`. */
export const HAS_STRICT: boolean = hasOption('strict');

/** A program that takes longer than this hangs. */
const PATIENCE_MS = 10_000;

/** Runs a program in this process, on a log in memory. */
export async function judge(program: Program): Promise<Verdict> {
  const findings = new Findings(program);
  const process = watchProcess();
  const patience = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    findings.violation(`hangs at ${findings.doing}`);
    patience.resolve();
  }, PATIENCE_MS);
  try {
    await Promise.race([new Life(findings).live(), patience.promise]);
    await turn();
  } catch (error) {
    findings.violation(`${findings.doing}: ${describe(error)}`);
  } finally {
    clearTimeout(timer);
    for (const event of process.end()) findings.violation(event);
  }
  return findings;
}

/** Collects the errors that would end a process. */
function watchProcess(): { end(): string[] } {
  const seen: string[] = [];
  const onRejection = (error: unknown): void => void seen.push(`an unhandled rejection: ${describe(error)}`);
  const onException = (error: unknown): void => void seen.push(`an uncaught exception: ${describe(error)}`);
  process.on('unhandledRejection', onRejection).on('uncaughtException', onException);
  return {
    end() {
      process.off('unhandledRejection', onRejection).off('uncaughtException', onException);
      return seen;
    },
  };
}

/** Node reports unhandled rejections after the microtasks. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function hasOption(name: string): boolean {
  try {
    settingsOf({ path: ':memory:', [name]: true } as never);
    return true;
  } catch {
    return false;
  }
}
