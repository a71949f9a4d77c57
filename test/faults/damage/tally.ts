/** Counts the results for damaged logs: harmless, refused by which error, or wrong. */
import type { Answer } from '../judging/pool.ts';
import type { Harm } from './harms.ts';
import type { DamageVerdict } from './judge.ts';

/** A case. */
export interface DamageCase {
  readonly harm: Harm;
  readonly number: number;
  /** The last sequence that was acknowledged before the damage. */
  readonly acknowledged: number;
  /** Whether the log has an unharmed witness. */
  readonly hasWitness: boolean;
}

export class DamageTally {
  cases = 0;
  readonly violations: string[] = [];
  /** Cases by kind of harm, then by result. */
  readonly #byKind = new Map<string, Map<string, number>>();
  readonly #byCode = new Map<string, number>();
  #unnoticed = 0;

  /** Returns whether the case has no violation. */
  add(log: string, { harm, number, acknowledged, hasWitness }: DamageCase, answer: Answer<DamageVerdict>): boolean {
    this.cases += 1;
    const where = `(${log} #${number}: ${harm.kind}, ${harm.description})`;
    const problems = 'lost' in answer ? [answer.lost] : problemsOf(answer.result);
    const unnoticed = 'lost' in answer ? [] : tailsLost(answer.result, acknowledged);
    // Without a witness, a lost tail looks like a torn one. It is counted but not a violation.
    if (hasWitness) problems.push(...unnoticed);
    else if (unnoticed.length > 0) this.#unnoticed += 1;
    this.violations.push(...problems.map((problem) => `${problem} ${where}`));
    const codes = 'lost' in answer ? new Set<string>() : codesOf(answer.result);
    for (const code of codes) count(this.#byCode, code);
    const end = problems.length > 0 ? 'wrong' : codes.size > 0 ? 'refused' : unnoticed.length > 0 ? 'lost' : 'harmless';
    if (!this.#byKind.has(harm.kind)) this.#byKind.set(harm.kind, new Map());
    count(this.#byKind.get(harm.kind)!, end);
    return problems.length === 0;
  }

  get notes(): string[] {
    const kinds = [...this.#byKind].sort(([a], [b]) => (a < b ? -1 : 1));
    return [
      ...kinds.map(([kind, ends]) => `${kind}: ${list(ends)}`),
      `typed errors, in cases: ${list(this.#byCode)}`,
      `unnoticed lost tails, without a sound witness: ${this.#unnoticed}`,
    ];
  }
}

function problemsOf({ read, written }: DamageVerdict): string[] {
  return [...read.problems, ...(written?.problems ?? [])];
}

function tailsLost({ read, written }: DamageVerdict, acknowledged: number): string[] {
  return [['reader', read.head] as const, ['writer', written?.head] as const].flatMap(([who, head]) =>
    head !== undefined && head < acknowledged
      ? [`I1: the ${who} opened a log that ends at ${head} of ${acknowledged}`]
      : [],
  );
}

/** Each code once. */
function codesOf({ read, written }: DamageVerdict): Set<string> {
  return new Set([...read.refusals, ...(written?.refusals ?? [])].map(({ code }) => code));
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([key, amount]) => `${amount} ${key}`).join(', ') || 'none';
}
