/** All tests run on the pinned Node, not on the machine's own. */

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { ROOT } from './run.ts';

const PINNED = `v${JSON.parse(readFileSync(join(ROOT, 'node_modules/node/package.json'), 'utf8')).version}`;

test('the tests themselves', () => {
  expect(process.version).toBe(PINNED);
});

test('a thread of the tests', async () => {
  const worker = new Worker('require("node:worker_threads").parentPort.postMessage(process.version)', { eval: true });
  expect(await new Promise((resolve) => worker.once('message', resolve))).toBe(PINNED);
});

test.each([['node'], [process.execPath]])('a child process started as %s', async (program) => {
  const { stdout } = await promisify(execFile)(program, ['--print', 'process.version']);
  expect(stdout.trim()).toBe(PINNED);
});
