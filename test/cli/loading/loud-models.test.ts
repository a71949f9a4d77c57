/**
 * A module that does more than define a model when it is loaded: the command gives its answer and ends, stdout has the answer alone,
 * and stderr names the module and what it does.
 */
import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { importModule } from '../../../src/guests/importing.ts';
import { releaseStdout } from '../../../src/guests/own-stdout.ts';
import { stopSurviving } from '../../../src/guests/surviving.ts';
import { CART, exitOf, makeShop, refoldAlone as refold, startRefold, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');

beforeAll(() => makeShop(shop));

function moduleThat(name: string, does: string): string {
  const path = inFolder(`${name}.mjs`);
  const cart = JSON.stringify(`file://${CART}`);
  writeFileSync(path, `import cart from ${cart};\nexport default cart;\n${does}\n`);
  return path;
}

const HINT = 'hint: Define the model in a module that does nothing else, and import that one from the others\n';

describe('an answer and a remark', () => {
  test.concurrent.each([
    [
      'opens a server',
      `import { createServer } from 'node:http'; createServer(() => {}).listen(0);`,
      'it opens a server',
    ],
    ['starts a timer that prints', `setInterval(() => console.log('tick'), 1);`, 'it starts a timer'],
    ['prints', `console.log('{}'); process.stdout.write('more');`, 'it prints on stdout'],
    ['starts a process', `import { spawn } from 'node:child_process'; spawn('sleep', ['60']);`, 'it starts a process'],
    ['watches a file', `import { watch } from 'node:fs'; watch('.', () => {});`, 'it watches a file'],
    ['handles Ctrl-C', `process.on('SIGINT', () => {});`, 'it handles Ctrl-C'],
    ['waits', `await new Promise((resolve) => setTimeout(resolve, 3_100));`, 'it takes'],
    [
      'opens a store',
      `import { openStore } from 'refold'; await openStore(cart, { path: import.meta.filename + '.db' });`,
      'it starts a thread, as an open store does',
    ],
  ])('%s', async (name, does, noticed) => {
    // refold is found from where the model is.
    const path = name === 'opens a store' ? CART.replace('cart.ts', 'opening.mjs') : moduleThat(name, does);
    if (name === 'opens a store') writeFileSync(path, `import cart from './cart.ts';\nexport default cart;\n${does}`);
    const { code, stdout, stderr } = await refold(['state', shop, 'added', '--model', path, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([0, { model: 'cart', value: 6 }]);
    expect(stderr).toContain(`model: ${path} does work when it is loaded: `);
    expect(stderr).toContain(noticed);
    expect(stderr).toContain(HINT);
  });

  test.concurrent.each([
    ['rejects', `Promise.reject(new Error('not today'));`, / fails beside the command: not today\n/],
    ['throws later', `setTimeout(() => { throw new Error('not today'); });`, /it starts a timer/],
    ['ends the process later', `setTimeout(() => process.exit(3));`, /it starts a timer/],
    [
      'ends the process at once',
      `process.nextTick(() => process.exit(3));`,
      / fails beside the command: it calls process.exit/,
    ],
    ['reads stdin', `process.stdin.on('data', () => {});`, / keeps the process alive: refold ends it\n/],
  ])('%s', async (name, does, remark) => {
    const child = startRefold(['state', shop, 'added', '--model', moduleThat(name, does), '--json']);
    let [stdout, stderr] = ['', ''];
    child.stdout!.on('data', (text) => (stdout += text));
    child.stderr!.on('data', (text) => (stderr += text));
    expect(await exitOf(child)).toBe(0); // stdin stays open
    expect(JSON.parse(stdout)).toMatchObject({ value: 6 });
    expect(stderr).toMatch(remark);
  });
});

describe('an error', () => {
  test.concurrent.each([
    ['never ends', `await new Promise(() => {});`, 'its top-level await never ends'],
    ['ends the process', `process.exit(0);`, 'it calls process.exit(0)'],
    ['starts a timer and ends the process', `setInterval(() => {}, 1); process.exit(0);`, 'it calls process.exit(0)'],
  ])('for a module that %s', async (name, does, problem) => {
    const path = moduleThat(name, does);
    const { code, stdout, stderr } = await refold(['state', shop, '--model', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(`refold: Cannot load the model ${path}: ${problem}\n${HINT}`);
  });

  test('for a module that neither ends nor lets the process end', async () => {
    const path = moduleThat('waiting', 'await new Promise(() => {});');
    const alive = setInterval(() => {}, 1_000);
    try {
      await expect(importModule(path, 50)).rejects.toThrow('it is still loading after 0.05 s');
    } finally {
      clearInterval(alive);
      stopSurviving();
      releaseStdout();
    }
  });
});

test('a reducer that prints does not spoil the answer', async () => {
  const path = inFolder('chatty.mjs');
  writeFileSync(
    path,
    `import cart from ${JSON.stringify(`file://${CART}`)};
     const { ItemAdded, ...others } = cart.reducers;
     const loud = (...args) => { console.log('adding'); return ItemAdded(...args); };
     export default Object.create(cart, { reducers: { value: { ...others, ItemAdded: loud } } });`,
  );
  const { code, stdout, stderr } = await refold(['replay', shop, '--model', path, '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { events: 6 }]);
  expect(stderr).toBe('adding\n'.repeat(3));
});
