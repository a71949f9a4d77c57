/** The reads while a program runs: the log, past states, projections, and values that are kept from the state. */
import { hashState, type MemoryContents, OrderedMap } from '../../../src/index.ts';
import { modelOf } from './application.ts';
import type { Findings } from './findings.ts';
import { newWorld } from './program.ts';

export class Reader {
  readonly #findings: Findings;
  readonly #contents: MemoryContents;
  /** A value that was taken from the state, and the hash of what stays as it was. */
  readonly #taken: { readonly value: unknown; readonly hash: string }[] = [];

  constructor(findings: Findings, contents: MemoryContents) {
    this.#findings = findings;
    this.#contents = contents;
  }

  /** Under the atomic fold a reader may keep the values that it takes. Only tables continue to change, at any depth. */
  take({ state }: any): void {
    if (this.#findings.program.fold !== 'atomic') return;
    for (const key of ['x', 'list', 'when', 'bytes'] as const) {
      const value = state[key];
      if (value instanceof Map || value instanceof OrderedMap) continue;
      this.#taken.push({ value, hash: hashOfTaken(value) });
    }
  }

  requireUnchanged(): void {
    for (const { value, hash } of this.#taken) {
      if (hashOfTaken(value) !== hash) this.#findings.violation('what a reader has taken from the state has changed');
    }
  }

  /** Checks that every event in the log can be read, in order. */
  async readAll(store: any): Promise<void> {
    const findings = this.#findings;
    const { sequence: end } = this.#contents.head;
    let expected = this.#contents.trimmed.through;
    let time = 0;
    for await (const { sequence, recordedAt } of store.events()) {
      if (sequence !== ++expected)
        findings.violation(`${findings.doing}: ${sequence} came in the place of ${expected}`);
      if (recordedAt < time) findings.violation(`${findings.doing}: the time of ${sequence} is before the last`);
      time = recordedAt;
    }
    if (expected < end) findings.violation(`${findings.doing}: the log ends at ${end}, and ${expected} could be read`);
  }

  async lookBack(store: any): Promise<void> {
    if (!this.#isPure) return;
    const { sequence } = this.#contents.head;
    const past = hashState((await store.at({ sequence })).state);
    if (store.sequence === sequence) this.#findings.same(past, await store.stateHash(), 'at() of the present');
  }

  async verify(store: any): Promise<void> {
    if (!this.#isPure) return;
    const { problems } = await store.verify();
    for (const { message } of problems) this.#findings.differs(`verify: ${message}`);
  }

  /**
   * A projection with the model's reducers gives the state of the store; the second time it starts from its checkpoint.
   */
  async project(store: any, live: string | undefined): Promise<void> {
    const { initialState, reducers } = modelOf(this.#findings.program, newWorld());
    this.#findings.doing = 'a projection of the same reducers';
    if (this.#contents.trimmed.through > 0) return;
    const { state } = await store.project({ name: 'view', initialState, reducers });
    this.#findings.same(hashState(state), live);
  }

  /** In the same process, later events have changed the module state, and reducers that read it see the change. */
  get #isPure(): boolean {
    return this.#findings.program.purity === 'pure';
  }
}

const hashOfTaken = (value: unknown): string => hashState({ value: withoutTables(value) });

/** A copy in which each Map is only a word. */
function withoutTables(value: unknown): unknown {
  if (value instanceof Map) return 'a table';
  if (value instanceof Set) return [...value].map(withoutTables);
  if (value instanceof OrderedMap) return [...value].map(([key, member]) => [key, withoutTables(member)]);
  if (Array.isArray(value)) return value.map(withoutTables);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date || value instanceof ArrayBuffer || ArrayBuffer.isView(value)) return value;
  return Object.entries(value).map(([key, member]) => [key, withoutTables(member)]);
}
