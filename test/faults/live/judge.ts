/**
 * Judges what a log answered while it was written: by what was issued, folded by a plain loop.
 *
 * An answer about the end of the log must be about an end that it had between the `info` before and the `info` after the call.
 */
import type { Question } from './asking.ts';
import type { Answer } from './messages.ts';
import type { Moment, Story } from './story.ts';

/** What is wrong with an answer; undefined if it is right. */
export function problemWith(answer: Answer, story: Story): string | undefined {
  const wrong = wrongIn(answer, story);
  if (wrong === undefined) return undefined;
  const { question, before, after } = answer;
  const told = `${answer.out}${answer.err}`.slice(0, 400);
  return `refold ${question.command} ${question.args.join(' ')}, from ${JSON.stringify(before)} to ${JSON.stringify(after)}: ${wrong}: ${told}`;
}

/** The states that the judge needs. */
export function momentsAsked(answers: readonly Answer[]): Set<number> {
  const asked = new Set<number>();
  for (const { question, code, out } of answers) {
    for (const sequence of [question.from, question.to]) if (sequence !== undefined) asked.add(sequence);
    if (code !== 0 || !STATES.has(question.command)) continue;
    const { sequence, lastSequence } = JSON.parse(out);
    asked.add(sequence ?? lastSequence);
  }
  return asked;
}

/** Commands that answer with the hash of a state. */
const STATES: ReadonlySet<string> = new Set(['state', 'at', 'rehearse', 'replay', 'verify']);

function wrongIn(answer: Answer, story: Story): string | undefined {
  const { question, code, out, err, before, after } = answer;
  if (before.last > after.last || before.first > after.first) return 'the log went back';
  if (err.includes('\n    at ')) return 'a stack';
  if (code !== 0) return isGone(answer) ? undefined : `exit code ${code}`;
  if (question.command === 'events') return wrongLines(out, question, answer, story);
  const told = JSON.parse(out.trimEnd().split('\n').at(-1)!);
  return JUDGES[question.command]!(told, answer, story);
}

/** Whether what was asked for had been dropped by the end of the call. */
function isGone({ question, out, before, after }: Answer): boolean {
  if (JSON.parse(out.trimEnd().split('\n').at(-1) || '{}').error?.code !== 'HISTORY_GONE') return false;
  const { from } = question;
  return from === undefined ? after.first > before.first : from < Math.max(after.earliest, after.first);
}

type Judge = (told: any, answer: Answer, story: Story) => string | undefined;

const JUDGES: Readonly<Record<string, Judge>> = {
  state: (told, answer, story) =>
    wrongEnd(told.sequence, answer) ?? wrongHash(told.stateHash, story.moment(told.sequence)),
  at(told, { question: { to, place } }, story) {
    if (told.sequence !== to) return `not the state after event ${to}`;
    if (place === undefined) return wrongHash(told.stateHash, story.moment(to!));
    const expected = story.place(place, to!);
    const given = told.value === undefined ? undefined : JSON.stringify(told.value);
    return given === expected ? undefined : `there stood ${expected}`;
  },
  diff(told, { question }, story) {
    const [from, to] = [question.from!, question.to!];
    if (told.from !== from || told.to !== to || told.events !== to - from) return 'another range';
    return wrongChanges(told.changes, story.moment(from), story.moment(to));
  },
  why(told, answer, story) {
    const { question, before, after } = answer;
    const { from, to } = told.lookedAt;
    const isForward = question.args.includes('--forward');
    const wrong = wrongEndOf(told, answer, isForward);
    if (wrong !== undefined) return wrong;
    const begins = from >= before.earliest && from <= after.earliest + 1;
    if ((told.complete || isForward) && !begins) return `it begins at ${from}`;
    const expected = story.changesOf(question.place!, from, to);
    if (!isForward) expected.reverse();
    if (told.changes.map(({ sequence }: { sequence: number }) => sequence).join() !== expected.join()) {
      return `the place was changed by ${expected}`;
    }
    const bad = told.changes.find(({ sequence, before, after }: any) => {
      const [was, is] = [sequence - 1, sequence].map((one) => story.place(question.place!, one));
      return textOf(before) !== was || textOf(after) !== is;
    });
    return bad === undefined ? undefined : `wrong at ${bad.sequence}`;
  },
  bisect(told, answer) {
    const { finds } = answer.question;
    if (told.found !== (finds !== undefined)) return finds === undefined ? 'nothing is broken' : `it is ${finds}`;
    return finds === undefined
      ? wrongEnd(told.lookedAt.to, answer)
      : told.sequence === finds
        ? undefined
        : `it is ${finds}`;
  },
  rehearse: (told, answer, story) =>
    (told.equal ? undefined : 'the models are the same') ??
    wrongEnd(told.sequence, answer) ??
    wrongHash(told.now.stateHash, story.moment(told.sequence)) ??
    wrongHash(told.next.stateHash, story.moment(told.sequence)),
  replay: (told, answer, story) =>
    wrongEnd(told.sequence, answer) ??
    (told.events === told.sequence - told.from ? undefined : 'another number of events') ??
    wrongHash(told.stateHash, story.moment(told.sequence)),
  verify: (told, answer, story) =>
    (told.ok && told.problems.length === 0 ? undefined : 'it is not damaged') ??
    wrongEnd(told.lastSequence, answer) ??
    (told.events <= told.lastSequence - told.firstSequence + 1 ? undefined : 'another number of events') ??
    wrongHash(told.stateHash, story.moment(told.lastSequence)),
  check: (told, answer) => (told.opens ? undefined : 'it opens') ?? wrongEnd(told.lastSequence, answer),
  info({ firstSequence, lastSequence, types }, answer, story) {
    const expected = Object.entries(types).map(([type]) => [
      type,
      story.typed(type, firstSequence, lastSequence).length,
    ]);
    const counted = Object.values<number>(types).reduce((sum, count) => sum + count, 0);
    const isRight = JSON.stringify(types) === JSON.stringify(Object.fromEntries(expected));
    if (!isRight || counted !== lastSequence - firstSequence + 1)
      return `it has ${JSON.stringify(expected)}, not ${JSON.stringify(types)}`;
    return wrongEnd(lastSequence, answer);
  },
  doctor: (told) => (told.ok ? undefined : 'nothing is wrong with it'),
  export(told, answer, story) {
    const lines = linesOf(answer.file!);
    const { first, last } = { first: lines[0]?.sequence, last: lines.at(-1)?.sequence };
    if (told.events !== lines.length || lines.length !== last - first + 1) return 'another number of events';
    if (first < answer.before.first || first > answer.after.first) return `it begins at ${first}`;
    return wrongEnd(last, answer) ?? wrongEvents(lines, story);
  },
};

function wrongEnd(sequence: number, { before, after }: Answer): string | undefined {
  return sequence >= before.last && sequence <= after.last ? undefined : `the log did not end at ${sequence}`;
}

/** Where a search has ended. A search forward ends with the last change that was wanted, unless it has seen all. */
function wrongEndOf(
  { lookedAt: { to }, complete, changes }: any,
  answer: Answer,
  isForward: boolean,
): string | undefined {
  if (isForward && !complete) return to === changes.at(-1)?.sequence ? undefined : 'another range';
  if (answer.question.to === undefined) return wrongEnd(to, answer);
  return to === answer.question.to ? undefined : 'another range';
}

function wrongHash(hash: string, moment: Moment): string | undefined {
  return hash === moment.hash ? undefined : 'another state';
}

/** Every leaf that differs must be among the changes, and nothing else. */
function wrongChanges(changes: readonly any[], from: Moment, to: Moment): string | undefined {
  const given = new Map<string, string>();
  for (const { path, before, after } of changes) {
    const [was, is] = [leavesAt(path, before), leavesAt(path, after)];
    for (const leaf of new Set([...was.keys(), ...is.keys()])) given.set(leaf, `${was.get(leaf)} → ${is.get(leaf)}`);
  }
  const expected = new Map<string, string>();
  for (const leaf of new Set([...from.leaves.keys(), ...to.leaves.keys()])) {
    const [was, is] = [from.leaves.get(leaf), to.leaves.get(leaf)];
    if (was !== is) expected.set(leaf, `${was} → ${is}`);
  }
  for (const [leaf, change] of expected) if (given.get(leaf) !== change) return `${leaf} has changed, ${change}`;
  return given.size === expected.size ? undefined : `only ${expected.size} places have changed`;
}

/** An entry that is new or gone is one change. */
function leavesAt(path: string, value: unknown): Map<string, string> {
  const leaves = new Map<string, string>();
  if (typeof value === 'object' && value !== null) {
    for (const [key, member] of Object.entries(value)) leaves.set(`${path}.${key}`, JSON.stringify(member));
  } else if (value !== undefined) leaves.set(path, JSON.stringify(value));
  return leaves;
}

function wrongLines(out: string, question: Question, answer: Answer, story: Story): string | undefined {
  const lines = linesOf(out);
  const { from, to, type } = question;
  const sequences = lines.map(({ sequence }) => sequence as number);
  const wrong = wrongEvents(lines, story);
  if (wrong !== undefined) return wrong;
  if (from === undefined) {
    const newestFirst = question.args.includes('--last') ? sequences.toReversed() : sequences;
    const last = newestFirst[0]!;
    const isInOrder = newestFirst.every((sequence, index) => sequence === last - index);
    return wrongEnd(last, answer) ?? (isInOrder ? undefined : 'an event is missing');
  }
  const expected = type === undefined ? rangeOf(from, to!) : story.typed(type, from, to!);
  // The oldest events of a range may be dropped before it is read.
  const left = expected.filter((sequence) => sequence >= answer.after.first);
  const isRight = [expected, left].some((one) => one.join() === sequences.join());
  return isRight ? undefined : `expected the events ${expected}`;
}

function rangeOf(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function wrongEvents(lines: readonly any[], { ledger }: Story): string | undefined {
  const wrong = lines.find((event) => !ledger.isIssued(event));
  return wrong === undefined ? undefined : `event ${wrong.sequence} was not issued so`;
}

function linesOf(text: string): any[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
