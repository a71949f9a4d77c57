import { expect, test } from 'vitest';
import { openAtomicState } from '../../src/fold/live-state.ts';

interface State {
  rows: Map<number, { n: number }>;
  nested: { copy: Map<number, { n: number }> | null };
}

test('a new table that is put below the top level as well is a value of its own there', () => {
  const live = openAtomicState<State>({ rows: new Map(), nested: { copy: null } });
  const reducers = {
    Shared(state: State) {
      state.rows = new Map([[0, { n: 0 }]]);
      state.nested.copy = state.rows;
    },
    Set(state: State) {
      state.rows.set(0, { n: 1 });
    },
  };
  const event = (type: string, sequence: number) => ({ type, sequence, recordedAt: 0, version: 1, data: {} });
  live.fold(reducers, [event('Shared', 1)]);
  live.fold(reducers, [event('Set', 2)]);
  expect(live.value.rows.get(0)).toEqual({ n: 1 });
  expect(live.value.nested.copy?.get(0)).toEqual({ n: 0 });
});
