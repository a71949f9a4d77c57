/** The runner of Redis's own suite: which tests it leaves out, and what it reads from a run. */
import { expect, test } from 'vitest';
import { outcomeOf } from './outcome.ts';
import { pageOf } from './page.ts';
import { patternOf, testsOf } from './tests-of.ts';

const UNIT = String.raw`
start_server {tags {"example"}} {
    test {A plain one} {
        # r eval is in a comment only
        r set x "a \} brace"
        eval $later
        assert_equal OK [r command getkeys eval a 1 k]
    }
    foreach kind {a b} {
        test "A script of $kind" {
            $rd EVAL {return 1} 0
        }
    }
    test {A function} { r function load replace {code} }
    test {A stream} {
        set repl [attach_to_replication_stream]
    } {} {needs:repl}
    test one_word { r ping }
}
`;

test('a test is left out when it runs a script or opens a stream', () => {
  expect(testsOf(UNIT)).toEqual([
    { name: 'A plain one', lack: undefined },
    { name: 'A script of $kind', lack: 'script' },
    { name: 'A function', lack: 'script' },
    { name: 'A stream', lack: 'replication stream' },
    { name: 'one_word', lack: undefined },
  ]);
});

test('the pattern of a name takes any value of its variables, and nothing else', () => {
  const matches = (name: string, text: string) => new RegExp(patternOf({ name, lack: undefined })).test(text);
  expect(matches('A script of $kind', 'A script of listpack')).toBe(true);
  expect(matches('A script of $kind', 'Not a script of listpack')).toBe(false);
  expect(matches('Size [expr 1+1] ($unit) is *', 'Size 2 (km) is *')).toBe(true);
  expect(matches('Size * (km)', 'Size 2 (km)')).toBe(false);
});

const LOG = `[ok]: A plain one (12 ms)
[skip]: A script of a
[skip]: A script of b
[err]: one_word in tests/unit/example.tcl
[err]: detail that is not a name
[ignore]: another: external:skip
                   The End
*** [err]: one_word in tests/unit/example.tcl
`;

test('the outcome has names once, and the page tells them', () => {
  const outcome = outcomeOf('unit/example', false, testsOf(UNIT), LOG, true);
  expect(outcome).toMatchObject({ passed: ['A plain one'], failed: ['one_word'], ignored: 1, ending: 'complete' });
  expect(outcome.leftOut.map(({ name }) => name)).toEqual(['A script of a', 'A script of b']);
  const page = pageOf([outcome], '2026-11-27');
  expect(page).toContain('| `unit/example` | 1 | 1 | 2 | 1 | 50.0 % |');
  expect(page).toContain('| `unit/example` | A script of b | script |');
  expect(page).toContain('| `unit/example` | one_word |');
});

test('a unit that does not come to its end has failed', () => {
  const ends = (log: string, hasEnded = true) => outcomeOf('unit/example', false, [], log, hasEnded);
  expect(ends('[ok]: A (1 ms)\n')).toMatchObject({ ending: 'aborted', failed: [expect.stringContaining('aborted')] });
  expect(ends('[TIMEOUT]: clients state\nThe End')).toMatchObject({ ending: 'timeout' });
  expect(ends('[exception]: x\nThe End')).toMatchObject({ ending: 'exception' });
  expect(ends('The End', false)).toMatchObject({ ending: 'timeout' });
});
