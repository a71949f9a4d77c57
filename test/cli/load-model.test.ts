/** `--model`: which export of which module it loads, and the errors without one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { CART, fixture, makeShop, refoldAlone as refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();
const shop = inFolder('shop.db');

beforeAll(() => makeShop(shop));

function write(name: string, source: string): string {
  const path = inFolder(name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
  return path;
}

describe('finds', () => {
  const cartUrl = JSON.stringify(`file://${CART}`);

  test.each([
    ['the default export', () => CART],
    ['an export by name', () => `${CART}#cart`],
    [
      'the only model among other exports',
      () => write('only.mjs', `export { cart as theCart } from ${cartUrl}; export const n = 1;`),
    ],
    [
      'one model under two names',
      () => write('twice.mjs', `import c from ${cartUrl}; export const a = c; export const b = c;`),
    ],
    ['a module whose name has a #', () => write('c#.mjs', `export { cart as default } from ${cartUrl}`)],
    [
      'TypeScript without a package.json',
      () => write('typed.mts', `import c from ${cartUrl}; const m: object = c; export default m`),
    ],
  ])('%s', async (_, specifier) => {
    const { stdout } = await refold(['state', shop, 'added', '--json', '--model', specifier()]);
    expect(JSON.parse(stdout)).toMatchObject({ model: 'cart', value: 6 });
  });

  test('a module relative to the current directory', async () => {
    write('project/models/shop.mjs', `export { cart as default } from ${cartUrl}`);
    const options = { cwd: inFolder('project') };
    expect(await refoldJson(['state', shop, 'added', '--model', 'models/shop.mjs'], options)).toMatchObject({
      value: 6,
    });
  });
});

describe('refuses', () => {
  test.each([
    ['a missing module', () => './nowhere.ts', /there is no file/, /current directory/],
    ['several models', () => fixture('several.ts'), /several models/, /add #first or #second/],
    ['a missing export', () => `${CART}#shop`, /no export shop/, /one of its exports: cart, default/],
    ['an export that is not a model', () => `${fixture('several.ts')}#neither`, /neither is not a model/, /first/],
    [
      'a module without a model',
      () => write('none.mjs', 'export const x = 1'),
      /does not export a model; it exports x/,
      /defineModel/,
    ],
    [
      'a module that throws',
      () => write('throws.mjs', 'throw new Error("not today")'),
      /not today/,
      /node .*throws.mjs/,
    ],
    ['a module that does not parse', () => write('broken.mjs', 'export const = 1'), /Cannot load the model/, /./],
    [
      'a missing import',
      () => write('lonely.mjs', 'import "./friend.mjs"'),
      /friend.mjs/,
      /Install the packages that the module imports/,
    ],
    [
      'syntax that type stripping does not support',
      () => write('enum.mts', 'enum A { B } export default A'),
      /enum/,
      /do not use enums/,
    ],
  ])('%s', async (_, specifier, message, hint) => {
    const run = await refold(['state', shop, '--model', specifier(), '--json']);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout).error).toMatchObject({
      code: 'INVALID_OPTION',
      type: 'model',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('a missing module of a view, which is not called a model', async () => {
    const run = await refold(['studio', shop, '--model', CART, '--view', './nowhere.ts', '--json']);
    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout).error).toMatchObject({
      ...{ code: 'INVALID_OPTION', type: 'view' },
      message: expect.stringMatching(/^Cannot load the view .\/nowhere.ts: there is no file/),
    });
  });

  test('TypeScript on a Node that does not strip types', async () => {
    const javascript = write(
      'main.mjs',
      `
      Object.defineProperty(process.features, 'typescript', { value: false });
      const { loadModel } = await import(${JSON.stringify(new URL('../../src/guests/load-model.ts', import.meta.url).href)});
      await loadModel(${JSON.stringify(CART)}).catch(({ code, hint }) => console.log(JSON.stringify({ code, hint })));`,
    );
    const run = await refold(['--version'], { nodeOptions: ['--import', javascript] });
    expect(JSON.parse(run.stdout.split('\n')[0]!)).toEqual({
      code: 'INVALID_OPTION',
      hint: expect.stringContaining('NODE_OPTIONS=--experimental-strip-types'),
    });
  });
});
