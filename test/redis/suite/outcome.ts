/** What a run of a unit says: read from the lines that the suite writes. */
import { patternOf, type UnitTest } from './tests-of.ts';
import { NOT_RUN } from './units.ts';

export interface Outcome {
  readonly unit: string;
  readonly isInternal: boolean;
  /** Names, as the suite writes them. A name may stand twice. */
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  /** Tests that need scripts or a replication stream, by the names that the suite writes. */
  readonly leftOut: readonly UnitTest[];
  /** Tests that the suite itself does not run in this mode. */
  readonly ignored: number;
  /** How the run ended: `complete`, or why it did not come to its end. */
  readonly ending: 'complete' | 'timeout' | 'exception' | 'aborted';
}

/** @param log the output of the suite. @param hasEnded whether the suite ended by itself */
export function outcomeOf(
  unit: string,
  isInternal: boolean,
  tests: readonly UnitTest[],
  log: string,
  hasEnded: boolean,
): Outcome {
  const skipped = namesIn(log, /^\[skip\]: (.*)$/gm);
  const leftOut = skipped.flatMap((name) => {
    const test = tests.find((each) => each.lack !== undefined && new RegExp(patternOf(each)).test(name));
    return test === undefined ? [] : [{ name, lack: test.lack }];
  });
  const ending = endingOf(log, hasEnded);
  return {
    unit,
    isInternal,
    passed: namesIn(log, /^\[ok\]: (.*) \(\d+ ms\)$/gm),
    failed: [
      ...namesIn(log, /^\[err\]: (.*) in tests\/\S+\.tcl$/gm),
      ...skipped.filter((name) => NOT_RUN.has(name)),
      ...(ending === 'complete' ? [] : [`(the unit ended early: ${ending})`]),
    ],
    leftOut,
    ignored: namesIn(log, /^\[ignore\]: (.*)$/gm).length,
    ending,
  };
}

function endingOf(log: string, hasEnded: boolean): Outcome['ending'] {
  if (/^\[exception\]/m.test(log)) return 'exception';
  if (!hasEnded || /^\[TIMEOUT\]/m.test(log)) return 'timeout';
  return log.includes('The End') ? 'complete' : 'aborted';
}

function namesIn(log: string, line: RegExp): readonly string[] {
  return [...log.matchAll(line)].map(([, name]) => name!);
}
