/** Shared writing: members take turns, each of which sees all that was appended before it. */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import type { LogStore, QueuedCommit, StoredOutcome } from '../log-store.ts';
import type { TurnFound } from '../log-turn.ts';
import type { Bench, Check, LogContractSetup } from './bench.ts';
import {
  appendNotes,
  commitOf,
  eventsOf,
  isForgotten,
  noise,
  noted,
  packForgotten,
  readEvents,
  redactionOf,
  refusalOf,
  rowOf,
  sequencesOf,
  snapshotAt,
  upTo,
} from './fixtures.ts';

export function turnCases({ turns = false }: LogContractSetup<any>): readonly Check[] {
  if (!turns) return [['it takes no turns, and says so', takesNone]];
  return [
    ['a turn gets what others have appended, and its block is behind it', seesAll],
    ['a turn gets the outcomes that it asks for, and no others', getsOutcomes],
    ['twenty members at once: no event is lost, none is refused', racesOf(20)],
    ['an id in two turns at once is decided once', decidesOnce],
    ['a turn that is too far behind decides nothing', isBehind],
    ['a turn whose decision throws appends nothing', throwsInside],
    ['a turn may append nothing, or outcomes alone', appendsLittle],
    ['only the keeper writes anything else, and another member follows it', keepersWrite],
    ['a redaction by the keeper hears where the log ends while no process appends', redactsHeld],
    ['no process writes alone while there are members, and no member joins a writer', modesExclude],
  ];
}

async function takesNone({ log, subject }: Bench): Promise<void> {
  strictEqual(log.turn, undefined);
  await log.close();
  let member: LogStore | undefined;
  try {
    member = await subject.source.open({ writers: 'many' });
    strictEqual(member.turn, undefined); // a log that does not know the option: a store refuses it
    await member.close();
  } catch (error) {
    strictEqual((error as { readonly code?: unknown }).code, 'INVALID_OPTION');
  }
}

const EMPTY_TURN = { after: 0, commandIds: [], decide: () => ({ commits: [], outcomes: [] }) };

/** Members instead of the one writer that a case begins with. */
async function openMembers(bench: Bench, count: number): Promise<LogStore[]> {
  await bench.log.close();
  const members: LogStore[] = [];
  for (let index = 0; index < count; index++)
    members.push(await bench.subject.source.open({ durability: 'os', writers: 'many' }));
  return members;
}

async function closeAll(bench: Bench, members: readonly LogStore[]): Promise<void> {
  for (const member of members) await member.close();
  await bench.reopen();
}

/** One event that notes its sequence. */
function noteAfter({ head }: TurnFound): QueuedCommit {
  return commitOf([noted(head.sequence + 1)], Math.max(1_000, head.recordedAt));
}

/** A turn that appends one event. Gives what it found. */
async function takeOne(log: LogStore, after = 0, outcomes: readonly StoredOutcome[] = []): Promise<TurnFound> {
  let seen: TurnFound | undefined;
  const ending = await log.turn!({
    after,
    commandIds: [],
    decide: (found) => {
      seen = found;
      return { commits: [noteAfter(found)], outcomes };
    },
  });
  strictEqual(ending, 'done');
  return seen!;
}

async function seesAll(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 2);
  const [one, other] = (await openMembers(bench, 2)) as [LogStore, LogStore];
  const first = await takeOne(one, 2);
  strictEqual(first.head.sequence, 2);
  deepStrictEqual(first.tail, []);
  const second = await takeOne(other, 1);
  strictEqual(second.head.sequence, 3);
  deepStrictEqual(sequencesOf(eventsOf(second.tail, 2)), [2, 3]);
  strictEqual(other.head().sequence, 4);
  await closeAll(bench, [one, other]);
  deepStrictEqual(sequencesOf(await readEvents(bench.log)), upTo(4));
}

async function getsOutcomes(bench: Bench): Promise<void> {
  const [log] = (await openMembers(bench, 1)) as [LogStore];
  const outcomes = ['a', 'b\0'].map((commandId) => ({ commandId, recordedAt: 1_000, outcome: '{"v":1}' }));
  await takeOne(log, 0, outcomes);
  let found: TurnFound | undefined;
  const decide = (given: TurnFound) => {
    found = given;
    return { commits: [], outcomes: [] };
  };
  strictEqual(await log.turn!({ after: 1, commandIds: ['b\0', 'c'], decide }), 'done');
  deepStrictEqual([...found!.outcomes.values()], [outcomes[1]]);
  await closeAll(bench, [log]);
  deepStrictEqual(await bench.log.outcome('a'), outcomes[0]);
}

function racesOf(count: number): Check[1] {
  return async (bench) => {
    const members = await openMembers(bench, 4);
    const turns = upTo(count).map((turn) => turnOf(members, turn));
    await Promise.all(turns);
    await closeAll(bench, members);
    const events = await readEvents(bench.log);
    deepStrictEqual(
      events.map(({ data }) => data),
      upTo(count).map((note) => ({ note })),
    );
  };
}

/** Turns of one member come one after the other. */
const last = new WeakMap<LogStore, Promise<unknown>>();
function turnOf(members: readonly LogStore[], turn: number): Promise<TurnFound> {
  const log = members[turn % members.length]!;
  const taken = (last.get(log) ?? Promise.resolve()).then(() => takeOne(log));
  last.set(log, taken);
  return taken;
}

async function decidesOnce(bench: Bench): Promise<void> {
  const members = await openMembers(bench, 2);
  let decisions = 0;
  const decide = (found: TurnFound) => {
    if (found.outcomes.has('twice')) return { commits: [], outcomes: [] };
    decisions += 1;
    const outcome = { commandId: 'twice', recordedAt: 1_000, outcome: '{}' };
    return { commits: [noteAfter(found)], outcomes: [outcome] };
  };
  await Promise.all(members.map((log) => log.turn!({ after: 0, commandIds: ['twice'], decide })));
  strictEqual(decisions, 1);
  await closeAll(bench, members);
  strictEqual(bench.log.head().sequence, 1);
}

async function isBehind(bench: Bench): Promise<void> {
  const [log] = (await openMembers(bench, 1)) as [LogStore];
  const note = Buffer.from(noise(400_000)).toString('hex');
  await log.turn!({ ...EMPTY_TURN, decide: () => ({ commits: [commitOf([noted(note)])], outcomes: [] }) });
  const decide = (): never => {
    throw new Error('it was asked to decide');
  };
  strictEqual(await log.turn!({ after: 0, commandIds: [], decide }), 'behind');
  strictEqual((await takeOne(log, 1)).head.sequence, 1);
  await closeAll(bench, [log]);
}

async function throwsInside(bench: Bench): Promise<void> {
  const [log, other] = (await openMembers(bench, 2)) as [LogStore, LogStore];
  const decide = (): never => {
    throw new RangeError('no');
  };
  await log.turn!({ after: 0, commandIds: [], decide }).then(
    () => ok(false, 'it did not throw'),
    (error) => ok(error instanceof RangeError),
  );
  strictEqual((await takeOne(other)).head.sequence, 0);
  await closeAll(bench, [log, other]);
}

async function appendsLittle(bench: Bench): Promise<void> {
  const [log] = (await openMembers(bench, 1)) as [LogStore];
  strictEqual(await log.turn!(EMPTY_TURN), 'done');
  const alone = { commandId: 'alone', recordedAt: 1_000, outcome: '"x"' };
  strictEqual(await log.turn!({ ...EMPTY_TURN, decide: () => ({ commits: [], outcomes: [alone] }) }), 'done');
  strictEqual(log.head().sequence, 0);
  await closeAll(bench, [log]);
  deepStrictEqual(await bench.log.outcome('alone'), alone);
}

async function keepersWrite(bench: Bench): Promise<void> {
  const [first, second] = (await openMembers(bench, 2)) as [LogStore, LogStore];
  deepStrictEqual([first.keeping!.isKeeper, second.keeping!.isKeeper], [true, false]);
  await takeOne(first);
  await first.putMeta('model', 'first');
  await first.putSnapshot({ ...snapshotAt(first, 1), bytes: 5 }, [noise(5)]);
  strictEqual((await refusalOf(() => second.putMeta('model', 'late'))).code, 'SEQUENCE_CONFLICT');
  strictEqual((await refusalOf(() => appendNotes(first, 1))).code, 'SEQUENCE_CONFLICT');
  strictEqual(await second.getMeta('model'), 'first');
  const kept = Promise.withResolvers<boolean>();
  second.keeping!.onChange(kept.resolve);
  const { epoch } = first;
  await first.close();
  strictEqual(await kept.promise, true);
  ok(second.epoch > epoch, `the epoch is ${second.epoch} after ${epoch}`);
  await second.putMeta('model', 'second');
  await closeAll(bench, [second]);
  strictEqual(await bench.log.getMeta('model'), 'second');
}

async function redactsHeld(bench: Bench): Promise<void> {
  await appendNotes(bench.log, 3);
  const [keeper, other] = (await openMembers(bench, 2)) as [LogStore, LogStore];
  const redaction = redactionOf(keeper);
  await redaction.stage([await packForgotten(keeper, 2, 2, [2])], []);
  await takeOne(other, 3);
  const held: number[] = [];
  const { epoch } = keeper;
  const refused = redaction.apply(rowOf([2]), {
    epoch,
    onHeld: async ({ sequence }) => {
      held.push(sequence);
      throw new RangeError('no');
    },
  });
  await refused.then(
    () => ok(false, 'it was applied'),
    (error) => ok(error instanceof RangeError, String(error)),
  );
  deepStrictEqual(held, [4]);
  strictEqual((await readEvents(other)).filter(isForgotten).length, 0);
  let late: Promise<TurnFound> | undefined;
  await redaction.apply(rowOf([2]), {
    epoch,
    onHeld: async ({ sequence }) => {
      held.push(sequence);
      deepStrictEqual(sequencesOf(await readEvents(keeper, sequence, sequence)), [sequence]);
      late ??= takeOne(other, 4);
    },
  });
  strictEqual((await late!).head.sequence, 4);
  strictEqual(held[1], 4);
  await closeAll(bench, [keeper, other]);
  deepStrictEqual(sequencesOf((await readEvents(bench.log)).filter(isForgotten)), [2]);
}

async function modesExclude(bench: Bench): Promise<void> {
  const { source } = bench.subject;
  strictEqual((await refusalOf(() => source.open({ writers: 'many' }))).code, 'LOG_LOCKED');
  const [first, second] = (await openMembers(bench, 2)) as [LogStore, LogStore];
  strictEqual((await refusalOf(() => source.open({}))).code, 'LOG_LOCKED');
  await first.close();
  strictEqual((await refusalOf(() => source.open({}))).code, 'LOG_LOCKED');
  await closeAll(bench, [second]);
  strictEqual((await refusalOf(() => bench.log.turn!(EMPTY_TURN))).code, 'SEQUENCE_CONFLICT');
}
