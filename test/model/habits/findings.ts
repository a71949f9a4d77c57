/** The findings about one program while it runs. */
import { isRefoldError } from '../../../src/index.ts';
import type { Program } from './program.ts';

/** The most findings that are kept of one program. */
const TOLD = 5;

export class Findings {
  readonly program: Program;
  readonly violations: string[] = [];
  readonly refusals: string[] = [];
  accepted = 0;
  /** Whether a program of silent purity gave different states. */
  silent = false;
  /** The current action, for messages. */
  doing = 'the beginning';

  constructor(program: Program) {
    this.program = program;
  }

  get isSound(): boolean {
    return this.violations.length === 0;
  }

  violation(text: string): void {
    if (this.violations.length < TOLD) this.violations.push(text);
  }

  /** A difference between the live state and the state from a log. It is only counted for programs of silent purity. */
  differs(text: string): void {
    if (this.program.purity === 'silent' || outlivesItsStore(this.program) || this.#keptFromRefused) this.silent = true;
    else this.violation(text);
  }

  /**
   * Whether a reducer may have kept a reference of a refused event. The refusal has told of it, and the log does not have the
   * event: a replay keeps another reference, and no second fold in this process can reveal that.
   */
  get #keptFromRefused(): boolean {
    return this.refusals.includes('REDUCER_FAILED') && JSON.stringify(this.program.reducers).includes('"keep"');
  }

  same(found: string, lived: string | undefined, where: string = this.doing): void {
    if (lived !== undefined && found !== lived) this.differs(`${where} gives another state`);
  }

  /** Notes a refusal, which must have a code. Returns false without one. */
  refused(error: unknown): boolean {
    if (!isRefoldError(error)) {
      this.violation(`${this.doing} was refused without a code: ${describe(error)}`);
      return false;
    }
    this.refusals.push(error.code);
    if (this.program.benign) this.violation(`${this.doing} of a benign program: ${describe(error)}`);
    return true;
  }
}

export function describe(error: unknown): string {
  if (isRefoldError(error)) return `${error.code}: ${error.message}`;
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return 'a value that cannot be printed';
  }
}

/**
 * Whether a program has state that a second fold in its process cannot reveal: a reference that it keeps while the log
 * is closed and opened again, where a replay would keep another one; or a constant that it changes while it ignores
 * errors, because a refused event has left it frozen.
 */
function outlivesItsStore({ purity, reducers, steps }: Program): boolean {
  if (purity === 'pure') return false;
  const text = JSON.stringify(reducers);
  if (text.includes('"keep"') && steps.some((step) => step.do === 'reopen')) return true;
  return /\["try",.*"change-constant"/.test(text);
}
