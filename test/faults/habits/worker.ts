/**
 * Judges programs `from` to `from + count - 1` of a seed in this process, and reports the findings to its parent:
 *
 *     node --conditions=refold-source test/faults/habits/worker.ts SEED COUNT
 */
import { drawProgram } from '../../model/habits/grammar.ts';
import { HAS_STRICT, judge } from '../../model/habits/oracle.ts';
import type { Program } from '../../model/habits/program.ts';
import { shrink } from '../../model/habits/shrink.ts';

/** The result of a range of programs. */
export interface Stretch {
  readonly programs: number;
  readonly violations: readonly string[];
  /** Counts of acceptances, refusals by code, and programs by kind. */
  readonly counts: Readonly<Record<string, number>>;
}

/** A range ends after this many violations, because people read only the first few. */
const ENOUGH = 5;

const [from, count, hurried] = process.argv.slice(2);
const violations: string[] = [];
const counts: Record<string, number> = {};
let programs = 0;
for (let seed = Number(from); seed < Number(from) + Number(count) && violations.length < ENOUGH; seed++) {
  await runOne(drawProgram(seed, HAS_STRICT));
  programs++;
}
process.send?.({ programs, violations, counts } satisfies Stretch);
if (process.send === undefined) console.log({ programs, violations, counts });
process.disconnect?.();

async function runOne(program: Program): Promise<void> {
  const { violations: found, accepted, refusals, silent } = await judge(program);
  add('accepted', accepted);
  for (const code of refusals) add(code, 1);
  add(program.benign ? 'benign programs' : `${program.purity} programs`, 1);
  if (program.strict) add('strict programs', 1);
  if (silent) add('silent differences', 1);
  if (found.length > 0) violations.push(`program ${program.seed}: ${found[0]} · ${await told(program)}`);
}

/** A minimal program that repeats the violation. A control is not minimised. */
async function told(program: Program): Promise<string> {
  if (hurried !== undefined) return 'not made smaller';
  const smallest = await shrink(program, async (each) => (await judge(each)).violations[0]);
  return `again: node --conditions=refold-source test/model/habits/run-one.ts '${JSON.stringify(smallest)}'`;
}

function add(what: string, times: number): void {
  if (times > 0) counts[what] = (counts[what] ?? 0) + times;
}
