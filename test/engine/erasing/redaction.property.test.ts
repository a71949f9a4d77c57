/** Redaction against a log that was built without the words, by random scripts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type LogSource,
  type LogStore,
  MemoryContents,
  openLog,
  openStore,
  type RecordedEvent,
  type RedactionSelector,
  type StoreOptions,
} from '../../../src/index.ts';
import { sample } from '../../sample.ts';
import { manualClock, temporaryPath } from '../harness.ts';
import { clinic, forgotten, names } from './clinic.ts';

type Step =
  | { readonly step: 'commit'; readonly events: readonly Given[]; readonly ms: number }
  | { readonly step: 'admit'; readonly id: number; readonly commandId: string; readonly ms: number }
  | { readonly step: 'redact'; readonly which: Which }
  | { readonly step: 'snapshot' | 'compact' | 'reopen' };
type Given =
  | { readonly type: 'Admitted'; readonly data: { id: number; name: string } }
  | { readonly type: 'Noted'; readonly data: { id: number; text: string }; readonly meta?: { by: string } }
  | { readonly type: 'Visited'; readonly data: { count: number } };
type Which =
  | { readonly by: 'tag'; readonly id: number }
  | { readonly by: 'sequences'; readonly parts: readonly number[] }
  | { readonly by: 'types'; readonly id: number };

const id = fc.integer({ min: 0, max: 4 });
const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme-ascii' }).map((text) => `Secret ${text}`);
const given: fc.Arbitrary<Given> = fc.oneof(
  fc.record({ type: fc.constant('Admitted' as const), data: fc.record({ id, name: word }) }),
  fc.record({
    type: fc.constant('Noted' as const),
    data: fc.record({ id, text: word }),
    ...{ meta: fc.record({ by: word }) },
  }),
  fc.record({ type: fc.constant('Noted' as const), data: fc.record({ id, text: word }) }),
  fc.record({ type: fc.constant('Visited' as const), data: fc.record({ count: id }) }),
);
const ms = fc.integer({ min: 0, max: 50 });
const which: fc.Arbitrary<Which> = fc.oneof(
  fc.record({ by: fc.constant('tag' as const), id }),
  fc.record({ by: fc.constant('sequences' as const), parts: fc.array(fc.double({ min: 0, max: 1, noNaN: true })) }),
  fc.record({ by: fc.constant('types' as const), id }),
);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      step: fc.constant('commit' as const),
      events: fc.array(given, { minLength: 1, maxLength: 4 }),
      ms,
    }),
  },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('admit' as const), id, commandId: fc.uuid(), ms }) },
  { weight: 3, arbitrary: fc.record({ step: fc.constant('redact' as const), which }) },
  {
    weight: 2,
    arbitrary: fc.record({ step: fc.constantFrom('snapshot' as const, 'compact' as const, 'reopen' as const) }),
  },
);
const script = fc.array(step, { minLength: 3, maxLength: 25 });

const open = (options: StoreOptions) => openStore(clinic, options);
type ClinicStore = Awaited<ReturnType<typeof open>>;

/** A plain list of what the log must say, and whose words must be nowhere. */
class Oracle {
  readonly commits: RecordedEvent[][] = [];
  /** Commands with the sequences of their commits; whether they were redacted. */
  readonly commands = new Map<string, { readonly sequence: number; readonly input: object; erased: boolean }>();

  get events(): RecordedEvent[] {
    return this.commits.flat();
  }

  redact(isSelected: (event: RecordedEvent) => boolean): number {
    let changed = 0;
    for (const commit of this.commits) {
      for (const [index, event] of commit.entries()) {
        if (!isSelected(event)) continue;
        const after = forgotten(event);
        if (JSON.stringify(after) !== JSON.stringify(event)) changed += 1;
        commit[index] = after;
        for (const command of this.commands.values()) if (command.sequence === event.sequence) command.erased = true;
      }
    }
    return changed;
  }
}

function selectorOf(
  chosen: Which,
  head: number,
): { selector: RedactionSelector<any, any>; has: (event: RecordedEvent) => boolean } {
  const idOf = ({ data }: RecordedEvent) => (data as { id?: number }).id;
  if (chosen.by === 'tag')
    return { selector: { tag: `patient:${chosen.id}` }, has: (event) => idOf(event) === chosen.id };
  if (chosen.by === 'types') {
    const where = (event: RecordedEvent): boolean => idOf(event) === chosen.id;
    return { selector: { types: ['Noted'], where }, has: (event) => event.type === 'Noted' && where(event) };
  }
  return sequencesOf(chosen.parts, head);
}

function sequencesOf(parts: readonly number[], head: number) {
  const sequences = parts.map((part) => Math.ceil(part * head)).filter((sequence) => sequence > 0);
  return { selector: { sequences }, has: ({ sequence }: RecordedEvent) => sequences.includes(sequence) };
}

/** Plays a script, and says what was wrong. */
async function play(steps: readonly Step[], options: StoreOptions): Promise<string[]> {
  const oracle = new Oracle();
  const clock = manualClock();
  let store = await open({ ...options, clock: clock.read });
  let view = await store.project(names);
  const problems: string[] = [];
  try {
    for (const one of steps) {
      if (one.step === 'commit') {
        clock.now += one.ms;
        const { firstSequence, recordedAt } = await store.append(one.events);
        oracle.commits.push(
          one.events.map(({ type, data, ...rest }, index) => ({
            ...{ sequence: firstSequence + index, recordedAt, type, version: 1, data, ...rest },
          })),
        );
      } else if (one.step === 'admit') {
        clock.now += one.ms;
        const input = { id: one.id, name: `Secret ${one.commandId}` };
        const { commandId } = one;
        const outcome = await store.execute('admit', input, { commandId });
        if (outcome.status !== 'accepted' || outcome.replayed) throw new Error('a new command was not accepted');
        const { firstSequence: sequence, recordedAt } = outcome.commit!;
        oracle.commits.push([{ sequence, recordedAt, type: 'Admitted', version: 1, data: input, commandId }]);
        oracle.commands.set(commandId, { sequence, input, erased: false });
      } else if (one.step === 'redact') {
        const { selector, has } = selectorOf(one.which, store.sequence);
        const visits = oracle.events.filter((event) => event.type === 'Visited' && has(event));
        if (visits.length > 0) continue;
        const chain = await chainOf(options);
        const changed = oracle.redact(has);
        const plan = await store.redact(selector, { dryRun: true });
        const report = await store.redact(selector, { by: 'the test' });
        if (report.events !== changed) problems.push(`${report.events} events changed in place of ${changed}`);
        for (const count of ['events', 'blocks', 'snapshots', 'outcomes'] as const) {
          if (plan[count] !== report[count]) problems.push(`the plan says ${plan[count]} ${count}: ${report[count]}`);
        }
        if ((await chainOf(options)) !== chain) problems.push('the chain changed');
        problems.push(...(await compare(store, view, oracle)));
      } else if (one.step === 'reopen') {
        await store.close();
        store = await open({ ...options, clock: clock.read });
        view = await store.project(names);
      } else await store[one.step]();
      if (problems.length > 0) return problems;
    }
    problems.push(...(await compare(store, view, oracle)));
    for (const [commandId, { input, erased }] of oracle.commands) {
      const again = await store.execute('admit', input as never, { commandId });
      const result = again.status === 'accepted' ? again.result : undefined;
      if (!again.replayed || (result === undefined) !== erased)
        problems.push(`the outcome of ${commandId} is ${JSON.stringify(again)}`);
    }
    return problems;
  } finally {
    await store.close();
  }
}

/** The chain of the log, read beside the store. */
async function chainOf(options: StoreOptions): Promise<string> {
  await using log = await openLog(
    options.log === undefined ? { path: options.path } : { log: options.log as LogSource },
  );
  return (await log.info()).chain;
}

/** Compares a store with a log that never had the words. */
async function compare(
  store: ClinicStore,
  view: { state: unknown; catchUp(): Promise<void> },
  oracle: Oracle,
): Promise<string[]> {
  const problems: string[] = [];
  const events = await Array.fromAsync(store.events());
  if (JSON.stringify(events) !== JSON.stringify(oracle.events)) problems.push('other events');
  let time = 0;
  const clean = await openStore(clinic, { path: ':memory:', clock: () => time });
  try {
    const cleanView = await clean.project(names);
    const hashes = new Map<number, unknown>();
    for (const commit of oracle.commits) {
      time = commit[0]!.recordedAt;
      await clean.append(commit.map(({ type, data, meta }) => ({ type, data, ...(meta && { meta }) })) as never);
      hashes.set(clean.sequence, structuredClone(clean.state));
    }
    if ((await store.stateHash()) !== (await clean.stateHash())) problems.push('another state');
    await view.catchUp();
    await cleanView.catchUp();
    if (JSON.stringify(view.state) !== JSON.stringify(cleanView.state)) problems.push('another projection');
    for (const [sequence, state] of hashes) {
      if (sequence % 3 !== 0) continue;
      const past = await store.at({ sequence });
      try {
        expect(past.state).toEqual(state);
      } catch {
        problems.push(`another state at ${sequence}`);
      }
    }
    for (const patient of [0, 1, 2, 3, 4]) {
      const query = async (from: ClinicStore) =>
        (await Array.fromAsync(from.events({ tag: `patient:${patient}` }))).map(({ sequence }) => sequence);
      if (JSON.stringify(await query(store)) !== JSON.stringify(await query(clean)))
        problems.push(`other tags of ${patient}`);
    }
  } finally {
    await clean.close();
  }
  const report = await store.verify();
  if (!report.ok) problems.push(`verify: ${JSON.stringify(report.problems)}`);
  return problems;
}

describe('a redacted log is a log without the words', () => {
  test('in memory', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        expect(await play(steps, { log: new MemoryContents() })).toEqual([]);
      }),
      { numRuns: sample(60) },
    );
  }, 120_000);

  test('in a file', async () => {
    await fc.assert(
      fc.asyncProperty(script, async (steps) => {
        expect(await play(steps, { path: await temporaryPath(), durability: 'os' })).toEqual([]);
      }),
      { numRuns: sample(12) },
    );
  }, 120_000);

  test('a redaction that leaves an event out is noticed', async () => {
    const contents = new MemoryContents();
    const steps: Step[] = [
      ...[1, 2, 1].map(
        (patient): Step => ({
          step: 'commit',
          events: [{ type: 'Admitted', data: { id: patient, name: 'Secret' } }],
          ms: 1,
        }),
      ),
      { step: 'redact', which: { by: 'tag', id: 1 } },
    ];
    expect(await play(steps, { log: new MemoryContents() })).toEqual([]);
    const forgetful = { name: 'forgetful', open: async (options: object) => forgetting(await contents.open(options)) };
    const problems = await play(steps, { log: forgetful });
    expect(problems).toContain('other events');
  });
});

/** A log that loses a staged block. */
function forgetting(log: LogStore): LogStore {
  const { redaction } = log.care!;
  const stage = redaction!.stage.bind(redaction);
  redaction!.stage = (blocks, outcomes) => stage(blocks.slice(1), outcomes);
  return log;
}
