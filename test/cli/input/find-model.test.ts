/** The model that a command finds where `--model` is not given. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findModel } from '../../../src/cli/input/find-model.ts';
import { CART, fixture, makeShop, refold, refoldAlone, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');

beforeAll(() => makeShop(shop));

function write(name: string, content: unknown): string {
  const path = inFolder(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** A project whose package.json has this member, and a folder deep in it. */
function project(name: string, manifest: unknown): { readonly manifest: string; readonly deep: string } {
  const deep = inFolder(`${name}/a/b`);
  mkdirSync(deep, { recursive: true });
  return { manifest: write(`${name}/package.json`, manifest), deep };
}

const named = (model: unknown) => ({ name: 'app', refold: { model } });

describe('the model is looked for', () => {
  const { manifest, deep: folder } = project('app', named('./models/shop.ts#shop'));
  const inManifest = { specifier: join(dirname(manifest), 'models/shop.ts#shop'), from: manifest };

  test.each([
    ['in --model first', 'given.ts', 'env.ts', { specifier: 'given.ts' }],
    [
      'then in REFOLD_MODEL, relative to the current directory',
      undefined,
      'env.ts#a',
      { specifier: 'env.ts#a', from: 'REFOLD_MODEL' },
    ],
    ['then in package.json, relative to that file', undefined, undefined, inManifest],
    ['not in an empty REFOLD_MODEL', undefined, '', inManifest],
  ])('%s', (_, option, environment, found) => {
    expect(findModel({ option, environment, folder })).toEqual(found);
  });

  test('in the nearest package.json alone', () => {
    const { deep } = project('app/inner', { name: 'inner' });
    expect(findModel({ option: undefined, environment: undefined, folder: deep })).toBeUndefined();
  });

  test.each([[{}], [{ refold: {} }], [{ refold: { other: 1 } }], [[]], ['"text"'], ['null'], ['\ufeff{}']])(
    'and is not found in %j',
    (content) => {
      const { deep } = project('none', content);
      expect(findModel({ option: undefined, environment: undefined, folder: deep })).toBeUndefined();
    },
  );

  test.each([
    [named(7), /does not have the form/],
    [named(''), /does not have the form/],
    [named(null), /does not have the form/],
    [{ refold: './model.ts' }, /does not have the form/],
    [{ refold: null }, /does not have the form/],
    ['{ "refold": ', /Cannot find the model in .*wrong.package\.json: /],
  ])('%j is an error that names the file', (content, message) => {
    const { deep, manifest: path } = project('wrong', content);
    let thrown: unknown;
    try {
      findModel({ option: undefined, environment: undefined, folder: deep });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'INVALID_OPTION', path, message: expect.stringMatching(message) });
  });
});

describe('a command', () => {
  const { deep: cwd, manifest } = project('shop', named(CART));
  const env = { REFOLD_MODEL: CART };

  test('says on stderr which model it found, and where', async () => {
    const byManifest = await refold(['state', shop, 'added', '--json'], { cwd });
    expect(byManifest.stderr).toMatch(/^model: .*cart\.ts, from .*shop\/package\.json\n$/);
    expect(JSON.parse(byManifest.stdout)).toMatchObject({ model: 'cart', value: 6 });
    const byEnvironment = await refoldAlone(['at', shop, 'last', 'added'], { env });
    expect(byEnvironment).toMatchObject({ code: 0, stderr: `model: ${CART}, from REFOLD_MODEL\n` });
    expect((await refold(['state', shop, '--model', CART], { cwd, env: { REFOLD_MODEL: 'none.ts' } })).stderr).toBe('');
  });

  test.each([[['replay']], [['check']], [['snapshot']], [['verify']], [['doctor']]])(
    '%j works with it',
    async ([command]) => {
      const { code, stdout } = await refold([command!, shop, '--json'], { env });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ model: 'cart' });
    },
  );

  test.each([
    [['diff', 'first', 'last']],
    [['why', 'added']],
    [['bisect', '--first-true', 'added = 6']],
    [['rehearse', '--next', CART]],
  ])('%j does too', async ([command, ...args]) => {
    const { code, stderr } = await refold([command!, shop, ...args], { env });
    expect([code, stderr]).toEqual([0, `model: ${CART}, from REFOLD_MODEL\n`]);
  });

  test('compact needs one only to drop history', async () => {
    expect(await refold(['compact', shop, '--plan'], { env: { REFOLD_MODEL: 'none.ts' } })).toMatchObject({
      code: 0,
      stderr: '',
    });
    const dropping = ['compact', shop, '--plan', '--max-events', '1'];
    expect((await refold(dropping, { env })).stderr).toBe(`model: ${CART}, from REFOLD_MODEL\n`);
    expect((await refold(dropping)).code).toBe(2);
  });

  test('that reads no state does not load it', async () => {
    for (const args of [
      ['info', shop],
      ['events', shop],
      ['export', shop],
      ['verify', shop, '--quick'],
    ]) {
      expect(await refold(args, { env: { REFOLD_MODEL: 'none.ts' } })).toMatchObject({ code: 0, stderr: '' });
    }
  });

  test('names the model that the file belongs to, without one, and with another one', async () => {
    const without = await refold(['state', shop, '--json']);
    expect([without.code, JSON.parse(without.stdout).error]).toEqual([
      2,
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining("the model 'cart'") }),
    ]);
    const other = `${fixture('several.ts')}#first`;
    const mismatch = await refold(['state', shop], { env: { REFOLD_MODEL: other } });
    expect([mismatch.code, mismatch.stderr]).toEqual([2, expect.stringMatching(/refold: .*cart/)]);
  });

  test('that needs none goes on without one to which the file does not belong', async () => {
    const other = `${fixture('several.ts')}#first`;
    const { code, stdout, stderr } = await refold(['verify', shop, '--json'], { env: { REFOLD_MODEL: other } });
    expect([code, stderr]).toEqual([
      0,
      `model: ${other}, from REFOLD_MODEL, which is not used: the file belongs to 'cart'\n`,
    ]);
    expect(JSON.parse(stdout)).not.toHaveProperty('model');
    expect((await refold(['verify', shop, '--model', other])).code).toBe(2);
  });

  test('that needs none goes on without one where the events were imported without a model', async () => {
    const log = inFolder('foreign.db');
    await refold(['import', log], { input: '{"type":"Elsewhere","data":1}\n' });
    const { code, stderr } = await refold(['verify', log], { env });
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/which is not used: the file belongs to no model yet\n$/),
    ]);
  });

  test('says that a file cannot be read, and nothing about a model of it', async () => {
    const file = inFolder('cut.db');
    writeFileSync(file, 'no log');
    const { code, stderr } = await refold(['doctor', file], { env });
    expect([code, stderr]).toEqual([4, expect.stringContaining(', which is not used: the file cannot be read\n')]);
  });

  test('a log without events belongs to no model', async () => {
    const empty = inFolder('empty.db');
    await refold(['import', empty], { input: '' });
    const { code, stderr } = await refold(['state', empty]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/not specified for .*empty\.db\n/)]);
  });

  test('reads the package.json of the current directory, and never that of the log', async () => {
    write('beside/package.json', named('./trap.mjs'));
    write('beside/trap.mjs', 'process.exit(42)');
    const log = inFolder('beside/log.db');
    await makeShop(log);
    expect((await refold(['state', log])).code).toBe(2);
    expect((await refold(['state', log], { cwd: dirname(manifest) })).code).toBe(0);
  });
});
