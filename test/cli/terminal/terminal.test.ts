/**
 * Commands at a terminal of 80 and of 200 columns, on a log full of texts that a terminal obeys or that are wide: nothing is wider than
 * the terminal, bars vanish, and nothing is obeyed. NO_COLOR and a dumb terminal get plain text.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { sampleOf } from '../../sample.ts';
import strange, { NOTED, OBEYED, WIDE } from '../fixtures/strange.ts';
import { temporaryFolder } from '../support.ts';
import { HAS_TMUX, type Shown, showAt } from './tmux.ts';

const folder = temporaryFolder()('.');
const MODULE = join(import.meta.dirname, '../fixtures/strange.ts');
const MODEL = ['--model', MODULE];
const LOG = join(folder, 'strange.db');

/** Each prints lines that fit. */
const FITTING: readonly (readonly string[])[] = [
  ['info', LOG],
  ['info', LOG, '--snapshots'],
  ['events', LOG],
  ['events', LOG, '--reverse', '--limit', '5'],
  ['state', LOG, 'notes', ...MODEL],
  ['at', LOG, '50%', 'levels', ...MODEL],
  ['diff', LOG, 'first', 'last', ...MODEL],
  ['diff', LOG, '0', 'last', '--all', ...MODEL],
  ['why', LOG, 'last', ...MODEL],
  ['why', LOG, 'last', '--forward', '--limit', '5', ...MODEL],
  ['bisect', LOG, `never${OBEYED}`, ...MODEL],
  ['bisect', LOG, '--first-true', 'size(notes) > 2', '--every-event', ...MODEL],
  ['rehearse', LOG, '--next', `${MODULE}#next`, ...MODEL],
  ['doctor', LOG, ...MODEL],
  ['replay', LOG, ...MODEL],
  ['verify', LOG, ...MODEL],
  ['check', LOG, ...MODEL],
];

/** Messages are sentences, which may continue on the next line. So may an excerpt of a state, which shows long texts. */
const SENTENCES: readonly (readonly string[])[] = [
  ['state', LOG, ...MODEL],
  ['state', LOG, `notes["${OBEYED}"]`, ...MODEL],
  ['state', LOG, OBEYED, ...MODEL],
  ['events', LOG, '--from', `${OBEYED}${WIDE}`],
  ['bisect', LOG, OBEYED, ...MODEL],
  ['bisect', LOG, '--first-true', `a = ${OBEYED}`, ...MODEL],
  ['state', LOG, '--model', `${MODULE}#next`],
  ['info', join(folder, OBEYED)],
  ['diff', LOG, '1', '2', '--json', ...MODEL],
  ['rehearse', LOG, '--json', '--next', `${MODULE}#next`, ...MODEL],
];

const CALLS = [...FITTING, ...SENTENCES];
const OBEYED_CHARACTER =
  /[\u0000-\u0007\u0009\u000b\u000c\u000e-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
/** Remarks and findings are sentences, and a command is to be copied. */
const MAY_WRAP = /^model: |^hint: |^INVARIANT_BROKEN | run: /;
const BAR = /[█░]|ETA/;
const COLOUR = /\u001b\[\d+m/g;

beforeAll(async () => {
  await using store = await openStore(strange as any, { path: LOG });
  for (let n = 0; n < 60; n++) {
    const type = n % 3 === 0 ? NOTED : 'Kept';
    const text = n % 5 === 0 ? `${WIDE} `.repeat(40) : `${n} ${OBEYED}${WIDE}`;
    await store.append({ type, data: { key: `${n}${WIDE}${OBEYED}`, text }, meta: { by: OBEYED } } as any);
    if (n % 20 === 10) await store.snapshot();
  }
});

async function screen(columns: number, env: Readonly<Record<string, string>> = {}): Promise<Shown> {
  const calls = join(folder, 'calls.json');
  writeFileSync(calls, JSON.stringify(CALLS));
  const pane = join(import.meta.dirname, 'pane.ts');
  const node = [process.execPath, '--conditions=refold-source', '--disable-warning=ExperimentalWarning'];
  const unset = ['env', '-u', 'NO_COLOR', '-u', 'FORCE_COLOR', '-u', 'CI', '-u', 'REFOLD_MODEL'];
  const set = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return showAt([...unset, ...set, ...node, pane, calls], '@@ end', { columns, env, folder });
}

/** The lines of each call. */
function byCall(lines: readonly string[]): string[][] {
  const calls: string[][] = [];
  for (const line of lines) {
    if (/^@@ \d+$/.test(line)) calls.push([]);
    else if (!line.startsWith('@@ ')) calls.at(-1)?.push(line);
  }
  return calls;
}

const SCREENS: readonly (readonly [columns: number, env: Readonly<Record<string, string>>])[] = [
  [80, {}],
  [200, {}],
  [80, { NO_COLOR: '1' }],
  [80, { TERM: 'dumb' }],
];

describe.skipIf(!HAS_TMUX).concurrent.each(sampleOf(SCREENS))('%i columns, %o', (columns, env) => {
  let seen: Promise<Shown>;
  beforeAll(() => {
    seen = screen(columns, env);
  });

  test('no line is wider than the terminal', async () => {
    const { lines, printed } = await seen;
    const [shown, wanted] = [byCall(lines), byCall(printed)];
    const wrapped = CALLS.map((args, number) => {
      const whole = new Set(shown[number]);
      const broken = wanted[number]!.filter((line) => !whole.has(line) && !MAY_WRAP.test(line));
      return broken.map((line) => `${args.slice(0, 3).join(' ')}: ${line}`);
    });
    expect(wrapped.slice(0, FITTING.length).flat()).toEqual([]);
    expect(wrapped.slice(FITTING.length).flat()).not.toEqual([]);
  });

  test('nothing is obeyed but colours', async () => {
    const { bytes } = await seen;
    expect(bytes.replace(COLOUR, '').replaceAll('\r\n', '\n').match(OBEYED_CHARACTER)).toBeNull();
  });

  test('bars vanish', async () => {
    const { lines, bytes } = await seen;
    expect(lines.filter((line) => BAR.test(line))).toEqual([]);
    if (env.TERM !== 'dumb') expect(bytes).toMatch(BAR);
  });

  test('only a terminal with colours gets escapes', async () => {
    const { bytes } = await seen;
    expect(bytes.includes('\u001b')).toBe(Object.keys(env).length === 0);
  });
});
