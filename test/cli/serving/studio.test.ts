/** `refold studio`: its two lines, its one object, its end, and what it refuses. */
import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { ANSWERS } from '../json/schemas/index.ts';
import { CART, exitOf, makeShop, refold, startRefold, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');
beforeAll(() => makeShop(shop));

interface Running {
  readonly child: ChildProcess;
  readonly out: string;
  readonly errors: Promise<string>;
}

/** Resolves when it has printed its address. */
async function studio(args: readonly string[], cwd?: string): Promise<Running> {
  const child = startRefold(['studio', ...args, '--port', '0'], cwd === undefined ? {} : { cwd });
  onTestFinished(() => void child.kill('SIGKILL'));
  const errors = text(child.stderr!);
  let out = '';
  await new Promise<void>((resolve, reject) => {
    child.once('exit', async () => reject(new Error(`The studio has ended: ${await errors}`)));
    child.stdout!.on('data', (chunk) => {
      out += chunk;
      if (/#key=.*\n/.test(out)) resolve();
    });
  });
  return { child, out, errors };
}

async function askFor(url: string, route: string): Promise<any> {
  const { origin, hash } = new URL(url);
  const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
  return (await fetch(`${origin}/api/${route}`, { headers })).json();
}

describe('refold studio', () => {
  test('prints the log and the address, answers there, and ends on Ctrl-C', async () => {
    const { child, out, errors } = await studio([shop, '--model', CART]);
    const [first, second, ...rest] = out.split('\n');
    expect(first).toBe(`${shop}: model cart, 6 events, 2024-01-31T12:00:00.000Z to 2024-01-31T12:04:00.000Z`);
    expect(second).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#key=[\w-]{43} {2}read only, Ctrl-C ends$/);
    expect(rest).toEqual(['']);
    const url = second!.split(' ')[0]!;
    expect(await askFor(url, 'log')).toMatchObject({ events: 6, hasModel: true });
    expect(await askFor(url, 'moment?at=3')).toMatchObject({ sequence: 3, event: { type: 'PriceSet' } });
    expect(await (await fetch(url)).text()).toMatch(/^<!doctype html>/i);
    child.kill('SIGINT');
    expect(await exitOf(child)).toBe(130);
    expect(await errors).toBe('');
  });

  test('prints one object with --json, and SIGTERM ends it too', async () => {
    const { child, out } = await studio([shop, '--json']);
    const printed = JSON.parse(out);
    expect(ANSWERS.studio!.parse(printed)).toEqual(printed);
    expect(printed).toMatchObject({ path: shop, model: 'cart', events: 6 });
    expect(await askFor(printed.url, 'log')).toMatchObject({ hasModel: false });
    child.kill('SIGTERM');
    expect(await exitOf(child)).toBe(130);
  });

  test('takes the model of package.json if the log belongs to it, and says so', async () => {
    const project = inFolder('project');
    const other = inFolder('other');
    const models = [
      [project, CART],
      [other, CART.replace('cart.ts', 'ledger.ts')],
    ] as const;
    for (const [folder, model] of models) {
      mkdirSync(folder);
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ refold: { model } }));
    }
    const used = await studio([shop, '--json'], project);
    expect(await askFor(JSON.parse(used.out).url, 'log')).toMatchObject({ hasModel: true });
    const unused = await studio([shop, '--json'], other);
    expect(await askFor(JSON.parse(unused.out).url, 'log')).toMatchObject({ hasModel: false });
    for (const { child } of [used, unused]) child.kill('SIGKILL');
    expect(await used.errors).toBe(`model: ${CART}, from ${join(project, 'package.json')}\n`);
    expect(await unused.errors).toContain(", which is not used: the file belongs to 'cart'\n");
  });

  test('warns of other machines', async () => {
    const { child, errors, out } = await studio([shop, '--host', '0.0.0.0', '--allow-host', 'book.example.com:443']);
    const { origin } = new URL(/http\S+/.exec(out)![0]);
    const asked = await fetch(origin);
    expect(asked.status).toBe(200);
    child.kill('SIGKILL');
    expect(await errors).toMatch(/^warning: other machines can reach 0\.0\.0\.0/);
  });

  test('what a model prints is not in the answer', async () => {
    const loud = inFolder('loud.mjs');
    writeFileSync(loud, `console.log('loud'); export { cart as default } from ${JSON.stringify(CART)};`);
    const { child, errors, out } = await studio([shop, '--model', loud, '--json']);
    expect(JSON.parse(out)).toMatchObject({ events: 6 });
    child.kill('SIGKILL');
    expect(await errors).toContain('loud\n');
  });

  test('takes the port that is asked for, or says that it is taken', async () => {
    const { out } = await studio([shop, '--json']);
    const { port } = new URL(JSON.parse(out).url);
    const { code, stderr } = await refold(['studio', shop, '--port', port]);
    expect(code).toBe(2);
    expect(stderr).toContain(`Cannot listen on 127.0.0.1:${port}: another program listens there`);
  });
});
