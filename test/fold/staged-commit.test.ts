/** A commit that is staged beside a state shows what the fold would make of it, whichever the fold, and leaves no trace. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefoldError } from '../../src/core/errors.ts';
import { diffStates } from '../../src/fold/diff.ts';
import { hashState } from '../../src/fold/encoding/state-codec.ts';
import { type LiveState, openAtomicState, openDirectState } from '../../src/fold/live-state.ts';
import { plain } from '../../src/fold/own-copy.ts';
import { sample } from '../sample.ts';
import {
  ALIASING,
  initialState,
  OPERATIONS,
  recordScript,
  reducers,
  type ScriptedCommit,
  scripts,
} from './fold-scripts.ts';

const OPERATIONS_OF_ALL_KINDS = [...Object.keys(OPERATIONS), ...Object.keys(ALIASING)];

/** What the staged commit shows at its end; undefined when it is refused. The state must be as before. */
function stage(live: LiveState<object>, commit: ScriptedCommit): object | undefined {
  const before = hashState(live.value);
  const staged = live.stage('what is staged');
  let shown: object | undefined;
  try {
    for (const event of recordScript(commit)) staged.fold(reducers, event);
    shown = plain(staged.state);
  } catch (error) {
    if (!isRefoldError(error, 'REDUCER_FAILED')) throw error;
  }
  staged.end('it is over');
  expect(hashState(live.value)).toBe(before);
  return shown;
}

/** What a commit that is folded event by event shows before it is taken, and what the state is then. */
function takeOneByOne(live: LiveState<object>, commit: ScriptedCommit): object {
  const open = live.open('an open commit');
  for (const event of recordScript(commit)) open.fold(reducers, event);
  const shown = plain(open.state);
  open.end('it is over');
  open.take();
  return shown;
}

/** Equal states have equal hashes. The differences are for the message. */
function expectSame(actual: object, expected: object): void {
  if (hashState(actual) === hashState(expected)) return;
  expect(diffStates(actual, expected, 5)).toEqual([]);
  throw new Error('the hashes differ, and no difference is found');
}

describe('for any script of operations', () => {
  test('a staged commit shows what the fold makes of it, and leaves the state alone', () => {
    const came = { through: 0, refused: 0 };
    fc.assert(
      fc.property(scripts(OPERATIONS_OF_ALL_KINDS), (script) => {
        const atomic = openAtomicState(initialState());
        const direct = openDirectState(initialState());
        for (const commit of script) {
          const shown = stage(atomic, commit);
          const shownDirect = stage(direct, commit);
          expect(shownDirect === undefined).toBe(shown === undefined);
          if (shown === undefined) {
            came.refused++;
            continue;
          }
          came.through++;
          atomic.fold(reducers, recordScript(commit));
          direct.fold(reducers, recordScript(commit));
          expectSame(shown, atomic.value);
          expectSame(shownDirect!, direct.value);
        }
      }),
      { numRuns: sample(120) },
    );
    expect(Math.min(came.through, came.refused)).toBeGreaterThan(sample(120));
  });

  test('a commit that is folded event by event comes to the same as one that is folded at once', () => {
    fc.assert(
      fc.property(scripts(Object.keys(OPERATIONS)), (script) => {
        const ways = [openAtomicState(initialState()), openDirectState(initialState())];
        const atOnce = openDirectState(initialState());
        for (const commit of script.filter(({ fails }) => !fails)) {
          atOnce.fold(reducers, recordScript(commit));
          for (const live of ways) {
            expectSame(takeOneByOne(live, commit), atOnce.value);
            expectSame(live.value, atOnce.value);
          }
        }
      }),
      { numRuns: sample(100) },
    );
  });
});
