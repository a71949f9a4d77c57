/** How the command line reports application code that fails: what happened and where, without a stack of refold. */
import { writeFileSync } from 'node:fs';
import { openStore } from 'refold';
import { expect, test } from 'vitest';
import { cart } from './fixtures/cart.ts';
import { fixture, refold, refoldJson, temporaryFolder } from './support.ts';

const inFolder = temporaryFolder();

test.each([
  ['Thrown', 'cannot upcast Thrown at 1 from version 1: [Object: null prototype] {}'],
  ['Promised', 'cannot upcast Promised at 1 from version 1: it gave a promise'],
  ['Dated', 'an instance of Date'],
])('import through an upcaster: %s', async (type, problem) => {
  const input = `{"type":"${type}","version":1,"data":{}}\n`;
  const file = inFolder(`${type}.db`);
  const { code, stderr } = await refold(['import', file, '--model', fixture('bad-upcasters.ts')], { input });
  expect(code).toBe(2);
  expect(stderr).toContain(problem);
  expect(stderr).not.toContain('    at ');
});

test.each([
  'Object.create(null)',
  'undefined',
  '(({ proxy, revoke }) => (revoke(), proxy))(Proxy.revocable({}, {}))',
  "Object.defineProperty(new Error(), 'message', { get() { throw 1 } })",
])('a model file that throws %s', async (thrown) => {
  const file = inFolder(`model-${thrown.length}.mjs`);
  writeFileSync(file, `throw ${thrown}`);
  const { code, stderr } = await refold(['import', inFolder(`model-${thrown.length}.db`), '--model', file], {
    input: '',
  });
  expect(code).toBe(2);
  expect(stderr).toContain(`refold: Cannot load the model ${file}: `);
  expect(stderr).not.toContain('    at ');
});

test('info names the projection that holds history back', async () => {
  const path = inFolder('held.db');
  const opened = (cartId: number) => ({ type: 'CartOpened', data: { cartId, customer: 'Ada' } }) as const;
  const first = await openStore(cart, { path });
  const view = await first.project({ name: 'abandoned', initialState: () => ({}), reducers: { CartOpened: () => {} } });
  await first.append(opened(1));
  await view.catchUp();
  await first.close();
  const store = await openStore(cart, { path });
  for (let cartId = 2; cartId <= 3; cartId++) {
    await store.append(opened(cartId));
    await store.snapshot();
  }
  await store.close();
  expect(await refoldJson(['info', path])).toMatchObject({
    projections: [{ name: 'abandoned', sequence: 1, lag: expect.any(Number) }],
    historyHeldBy: ['abandoned'],
  });
  expect((await refold(['info', path])).stdout).toContain('abandoned, at 1, 2 behind, holds history');
});
