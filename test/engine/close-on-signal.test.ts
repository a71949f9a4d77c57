/** A process that gets a stop signal closes its stores first, and then ends as the signal would have ended it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { closeOnSignal, openLog } from '../../src/index.ts';
import { temporaryPath } from './harness.ts';

const ROOT = new URL('../..', import.meta.url).pathname;

/** A process with a store of three events, which says `ready` and then stays until it is stopped. */
async function start(path: string, then: string) {
  const code = `
    import { openStore, closeOnSignal } from './src/index.ts';
    import { cartModel } from './test/engine/cart.ts';
    const open = (path) => openStore(cartModel, { path, durability: 'os' });
    const note = (text) => ({ type: 'NoteTaken', data: { text } });
    const store = await open(${JSON.stringify(path)});
    for (const text of ['a', 'b', 'c']) await store.append(note(text));
    setInterval(() => {}, 1_000);
    ${then}
    process.stdout.write('ready');`;
  const flags = [
    '--conditions=refold-source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module-typescript',
  ];
  const child = spawn(process.execPath, [...flags, '--eval', code], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  while (!output.includes('ready')) await once(child.stdout, 'data');
  return { child, output: () => output };
}

async function ended(child: ReturnType<typeof spawn>): Promise<unknown[]> {
  return child.exitCode === null && child.signalCode === null
    ? once(child, 'exit')
    : [child.exitCode, child.signalCode];
}

/** All events are there, with a snapshot, and the WAL is empty. */
async function expectClosedWell(path: string): Promise<void> {
  expect(existsSync(`${path}-wal`)).toBe(false);
  await using log = await openLog({ path });
  const { lastSequence, snapshots } = await log.info();
  expect([lastSequence, snapshots[0]?.sequence]).toEqual([3, 3]);
}

describe('closeOnSignal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s flushes, snapshots, and ends the process by that signal',
    async (signal) => {
      const path = await temporaryPath();
      const { child } = await start(path, 'closeOnSignal(store);');
      child.kill(signal);
      expect(await ended(child)).toEqual([null, signal]);
      await expectClosedWell(path);
    },
  );

  test('closes several stores, including slow ones, before the process ends', async () => {
    const path = await temporaryPath();
    const { child, output } = await start(
      path,
      `closeOnSignal({ close: async () => { await new Promise((done) => setTimeout(done, 300)); console.log('slow one'); } });
       closeOnSignal({ close: async () => { throw new Error('cannot') } });
       process.removeAllListeners('warning'); process.on('warning', ({ name }) => console.log(name));
       closeOnSignal(store);`,
    );
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([null, 'SIGTERM']);
    expect(output()).toContain('slow one');
    expect(output()).toContain('RefoldCloseWarning');
    await expectClosedWell(path);
  });

  test('lets an application with its own listener decide when to end', async () => {
    const path = await temporaryPath();
    const { child, output } = await start(
      path,
      `closeOnSignal(store);
       process.once('SIGTERM', async () => { await store.close(); console.log('bye'); process.exit(7); });`,
    );
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([7, null]);
    expect(output()).toContain('bye');
    await expectClosedWell(path);
  });

  test('ends the process at once on a second signal', async () => {
    const path = await temporaryPath();
    const { child, output } = await start(
      path,
      `closeOnSignal({ close: () => { process.stdout.write('closing'); return new Promise(() => {}); } });`,
    );
    child.kill('SIGTERM');
    while (!output().includes('closing')) await once(child.stdout!, 'data');
    child.kill('SIGTERM');
    expect(await ended(child)).toEqual([null, 'SIGTERM']);
  });

  test('leaves no listener after it is undone', () => {
    const before = [process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')];
    const first = closeOnSignal({ close: async () => {} });
    const second = closeOnSignal({ close: async () => {} });
    expect(process.listenerCount('SIGTERM')).toBe(before[0]! + 1);
    first();
    first();
    expect(process.listenerCount('SIGTERM')).toBe(before[0]! + 1);
    second();
    expect([process.listenerCount('SIGTERM'), process.listenerCount('SIGINT')]).toEqual(before);
  });
});
