/** Minimises a failing program, as long as it fails in the same way. */
import type { Program, Statement, Step, Type } from './program.ts';
import { TYPES } from './program.ts';

/** The text of a violation, without the numbers that differ between programs. */
export function kindOfViolation(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{64}/g, 'HASH')
    .replaceAll(/step \d+ \(\w+\)/g, 'a step')
    .replaceAll(/\[[^\]]*\]/g, '[]')
    .replaceAll(/-?\d+/g, '#');
}

const TRIES = 400;

/** @param violationOf the first violation of a program, if any */
export async function shrink(
  program: Program,
  violationOf: (program: Program) => Promise<string | undefined>,
): Promise<Program> {
  const first = await violationOf(program);
  if (first === undefined) return program;
  const kind = kindOfViolation(first);
  let best = program;
  let tries = 0;
  for (let found = true; found && tries < TRIES; ) {
    found = false;
    for (const smaller of smallerThan(best)) {
      if (++tries > TRIES) break;
      const violation = await violationOf(smaller);
      if (violation === undefined || kindOfViolation(violation) !== kind) continue;
      best = smaller;
      found = true;
      break;
    }
  }
  return best;
}

function* smallerThan(program: Program): Generator<Program> {
  const { steps, reducers } = program;
  for (const fewer of without(steps)) yield { ...program, steps: fewer };
  for (const type of TYPES) {
    for (const fewer of lessOf(reducers[type])) yield withReducer(program, type, fewer);
  }
  for (const [index, step] of steps.entries()) {
    for (const simpler of simplerThan(step)) yield { ...program, steps: steps.with(index, simpler) };
  }
  const usual: Partial<Program> = {
    slowOutcomes: false,
    // A violation that only `strict` finds would be another one without it.
    strict: program.strict && program.purity !== 'pure',
    initial: 'fresh',
    comparator: 'ascending',
    schema: 'plain',
    decide: 'event',
    listener: 'none',
    clock: 'still',
    upcast: 'none',
  };
  for (const [key, value] of Object.entries(usual)) {
    if (program[key as keyof Program] !== value) yield { ...program, [key]: value };
  }
}

function withReducer(program: Program, type: Type, statements: readonly Statement[]): Program {
  return { ...program, reducers: { ...program.reducers, [type]: statements } };
}

/** The bodies with one statement removed, or replaced by its inner statements. */
function* lessOf(statements: readonly Statement[]): Generator<readonly Statement[]> {
  yield* without(statements);
  for (const [index, [kind, inner]] of statements.entries()) {
    if (kind !== 'try' && kind !== 'when-odd') continue;
    yield statements.toSpliced(index, 1, ...(inner as readonly Statement[]));
    for (const less of lessOf(inner as readonly Statement[])) yield statements.with(index, [kind, less]);
  }
}

function* simplerThan(step: Step): Generator<Step> {
  if (step.do === 'together' && step.events.length > 2) yield { ...step, events: step.events.slice(1) };
  if (step.do !== 'append') return;
  if (step.events.length > 1) for (const events of without(step.events)) yield { ...step, events };
  for (const key of ['commandId', 'expected', 'options'] as const) {
    const { [key]: given, ...rest } = step;
    if (given !== undefined) yield rest;
  }
  const [{ odd, ...event }] = step.events as [any];
  if (odd !== undefined) yield { ...step, events: [event, ...step.events.slice(1)] };
}

function* without<T>(items: readonly T[]): Generator<T[]> {
  for (let index = 0; index < items.length; index++) yield items.toSpliced(index, 1);
}
