/**
 * A command ends cleanly when its output fails: it prints no stack, and its exit code is 74, or its own for a closed
 * pipe.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { openLog, openStore } from 'refold';
import { beforeAll, describe, expect, test } from 'vitest';
import { sampleOf } from '../../sample.ts';
import { cart } from '../fixtures/cart.ts';
import { CART, ELSEWHERE, ENVIRONMENT, exitOf, makeShop, REFOLD, startRefold, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
const long = inFolder('long.db');

beforeAll(async () => {
  await makeShop(shop);
  const log = await openLog({ path: long, readOnly: false });
  await log.import(Array.from({ length: 20_000 }, (_, n) => ({ type: 'PriceSet', data: { sku: `s${n}`, price: n } })));
  await log.close();
});

interface Ended {
  readonly code: number | null;
  readonly stderr: string;
}

/** Runs `refold` with its stdout connected to a file. */
async function onto(output: string, args: readonly string[], stderr: 'pipe' | number = 'pipe'): Promise<Ended> {
  const descriptor = openSync(output, 'w');
  const child = spawn(REFOLD[0]!, [...REFOLD.slice(1), ...args], {
    cwd: ELSEWHERE,
    env: ENVIRONMENT,
    stdio: ['ignore', descriptor, stderr],
  });
  closeSync(descriptor);
  const said = child.stderr === null ? '' : text(child.stderr);
  const code = await exitOf(child);
  return { code, stderr: await said };
}

/** Runs `refold … | reader`, and returns the exit code and the output of `refold`. */
function pipedInto(reader: string, args: readonly string[]): Promise<Ended & { readonly stdout: string }> {
  return new Promise((resolve) => {
    const line = `set -o pipefail; { "$@" | ${reader}; echo "code \${PIPESTATUS[0]}" >&2; }`;
    execFile(
      'bash',
      ['-c', line, 'bash', ...REFOLD, ...args],
      { cwd: ELSEWHERE, env: ENVIRONMENT },
      (_error, stdout, stderr) => {
        const code = Number(/code (\d+)\n$/.exec(stderr)?.[1]);
        resolve({ code, stdout, stderr: stderr.replace(/code \d+\n$/, '') });
      },
    );
  });
}

const WRITING: readonly (readonly string[])[] = [
  ['info', shop],
  ['info', shop, '--json'],
  ['events', long],
  ['events', shop, '--json'],
  ['export', long],
  ['state', shop, '--model', CART],
  ['state', long, '--model', CART, '--json'],
  ['at', shop, '3', '--model', CART, '--json'],
  ['replay', shop, '--model', CART],
  ['verify', shop],
  ['compact', shop, '--plan'],
  ['--help'],
  ['--version'],
  ['state', '--help'],
];

const LONG_OUTPUTS: readonly (readonly [command: string, ...string[]])[] = [
  ['events'],
  ['events', '--reverse'],
  ['export'],
  ['state', '--model', CART],
  ['state', '--json', '--model', CART],
  ['at', 'last', '--json', '--model', CART],
  ['diff', '0', 'last', '--all', '--model', CART],
  ['diff', '0', 'last', '--json', '--model', CART],
];

/** The gate installs it, and refuses skipped tests. */
const HAS_JQ = spawnSync('jq', ['--version']).status === 0;

describe.skipIf(!existsSync('/dev/full')).concurrent('stdout on a full disk: exit code 74', () => {
  test.each(sampleOf(WRITING).map((args) => [args.join(' ').replaceAll(inFolder('.'), ''), args] as const))(
    '%s',
    async (_, args) => {
      expect(await onto('/dev/full', args)).toEqual({
        code: 74,
        stderr:
          'refold: Cannot write to stdout: ENOSPC: no space left on device, write\n' +
          'hint: Free some space, or write the output elsewhere\n',
      });
    },
  );

  test('an error keeps its own code', async () => {
    expect(await onto('/dev/full', ['info', inFolder('none.db'), '--json'])).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^refold: Cannot open .*\nhint: .*\n$/),
    });
  });

  test('stderr on a full disk changes nothing', async () => {
    const full = openSync('/dev/full', 'w');
    expect(await onto('/dev/null', ['info', shop], full)).toEqual({ code: 0, stderr: '' });
    expect(await onto('/dev/null', ['info', inFolder('none.db')], full)).toEqual({ code: 2, stderr: '' });
    closeSync(full);
  });
});

describe.concurrent('stdout into a closed pipe: the command’s own exit code, and no message', () => {
  test.each(sampleOf(WRITING).map((args) => [args.join(' ').replaceAll(inFolder('.'), ''), args] as const))(
    '%s',
    async (_, args) => {
      expect(await pipedInto('true', args)).toEqual({ code: 0, stdout: '', stderr: '' });
    },
  );

  test('events piped into head print one line', async () => {
    const run = await pipedInto('head -1', ['events', long]);
    expect(run).toEqual({ code: 0, stdout: expect.stringMatching(/^\{"sequence":1,.*\}\n$/), stderr: '' });
  });

  test.skipIf(!HAS_JQ)('events and answers piped into jq', async () => {
    const last = await pipedInto("jq -c 'select(.sequence == 20000) | .data.price'", ['events', long]);
    expect(last).toEqual({ code: 0, stdout: '19999\n', stderr: '' });
    const first = await pipedInto('jq -n "first(inputs).sequence"', ['events', long]);
    expect(first).toEqual({ code: 0, stdout: '1\n', stderr: '' });
    const size = await pipedInto('jq \'.value["$orderedMap"] | length\'', [
      'state',
      long,
      'prices',
      '--model',
      CART,
      '--json',
    ]);
    expect(size).toEqual({ code: 0, stdout: '20000\n', stderr: '' });
  });

  test.each(sampleOf(LONG_OUTPUTS))('after some bytes: %s', async (command, ...args) => {
    const bytes = Math.floor(Math.random() * 1_000_000);
    const run = await pipedInto(`head -c ${bytes} | wc -c`, [command, long, ...args]);
    expect(run, `after ${bytes} bytes`).toEqual({ code: 0, stdout: expect.stringMatching(/^\d+\n$/), stderr: '' });
  });

  test('an error keeps its own code', async () => {
    const run = await pipedInto('true', ['info', inFolder('none.db'), '--json']);
    expect(run).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(/^refold: Cannot open/) });
  });
});

test('events --follow ends when its reader closes the pipe', async () => {
  const log = inFolder('followed.db');
  await makeShop(log);
  await using store = await openStore(cart, { path: log });
  const child = startRefold(['events', log, '--follow']);
  const ended = exitOf(child);
  child.stdout!.once('data', () => child.stdout!.destroy());
  const stderr = text(child.stderr!);
  while (child.exitCode === null) await store.append({ type: 'PriceSet', data: { sku: 'tea', price: 1 } });
  expect({ code: await ended, stderr: await stderr }).toEqual({ code: 0, stderr: '' });
});
