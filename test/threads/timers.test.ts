/** Time that test runners cannot stop: a store works under fake timers, whenever they were installed. */
import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { every, later, nextTurn, pause, performance, soon } from '../../src/threads/timers.ts';

describe('what the engine takes its time from', () => {
  test('a pause lasts, and the clock goes on', async () => {
    const start = performance.now();
    await pause(20);
    expect(performance.now() - start).toBeGreaterThan(15);
  });

  test('`soon` runs before the next turn, and after the code that runs now', async () => {
    const order: string[] = [];
    void soon(() => order.push('soon'));
    order.push('now');
    const turn = nextTurn().then(() => order.push('turn'));
    await turn;
    expect(order).toEqual(['now', 'soon', 'turn']);
  });

  test('later runs once, unless it is taken back', async () => {
    const ran: string[] = [];
    const takeBack = later(5, () => ran.push('taken back'));
    later(5, () => ran.push('kept'));
    takeBack();
    await pause(30);
    expect(ran).toEqual(['kept']);
  });

  test('every runs again and again until it is stopped', async () => {
    let runs = 0;
    const stop = every(5, () => void runs++);
    while (runs < 3) await pause(5);
    stop();
    const stopped = runs;
    await pause(30);
    expect(runs).toBe(stopped);
  });
});

test('no other file of the library takes time from elsewhere', () => {
  const src = fileURLToPath(new URL('../../src/', import.meta.url));
  const files = globSync('{core,engine,fold,log}/**/*.ts', { cwd: src }).filter((path) => path !== 'threads/timers.ts');
  const timers = /(?<![.\w])(set|clear)(Timeout|Interval|Immediate)\(|queueMicrotask|nextTick|node:timers\/promises/;
  const offenders = files.filter((path) => {
    const text = readFileSync(`${src}${path}`, 'utf8');
    // A file of the writer's thread, which test runners do not reach.
    const isThread = text.includes("from 'node:timers'");
    const readsGlobalClock = /\bperformance\.now\(/.test(text) && !text.includes("timers.ts'");
    return (timers.test(text) && !isThread) || readsGlobalClock;
  });
  expect(offenders).toEqual([]);
});

const FLAGS = ['--conditions=refold-source', '--disable-warning=RefoldDirectFoldWarning'];

describe('a store lives its whole life', () => {
  test.each([
    ['with real timers', 'none'],
    ['with every timer replaced before it is imported', 'before'],
    ['with every timer replaced after it is imported', 'after'],
    ['with every timer replaced while it is open', 'open'],
  ])('%s', async (_, when) => {
    const program = fileURLToPath(new URL('fixtures/life-under-fake-timers.ts', import.meta.url));
    const child = spawn(process.execPath, [...FLAGS, program, when], { timeout: 30_000 });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    expect({ stdout, stderr }).toEqual({ stdout: 'done\n', stderr: '' });
  });
});
