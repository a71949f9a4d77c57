/** `why`, `bisect` and `rehearse` without a handle: they answer as the handle does, and leave open only what was open. */
import { describe, expect, test } from 'vitest';
import { bisect, MemoryContents, openPast, rehearse, why } from '../../../src/index.ts';
import { openSqliteLog } from '../../../src/log/sqlite/sqlite-log.ts';
import { cartModel, note } from '../cart.ts';
import { errorOf, openCarts, temporaryPath } from '../harness.ts';

describe('one question without a handle', () => {
  test('is answered as the handle answers it', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    for (let i = 0; i < 5; i++) await store.append(note(`${i}`));
    await store.close();
    await using past = await openPast(cartModel, { path });

    const place = ['seen', 'notes'];
    const asked = why(cartModel, place, { path, limit: 2 });
    place[1] = 'events'; // the call has its copy
    expect(await asked).toEqual(await past.why(['seen', 'notes'], { limit: 2 }));
    expect((await asked).changes.length).toBeGreaterThan(0);

    const target = { firstTrue: 'size(seen.notes) >= 3' };
    const found = await bisect(cartModel, target, { path, mode: 'every-event' });
    expect(found).toEqual(await past.bisect(target, { mode: 'every-event' }));
    expect(found).toMatchObject({ found: true, sequence: 3 });

    expect(await rehearse(cartModel, cartModel, { path, to: 4 })).toMatchObject({ equal: true, events: 4 });
  });

  test('leaves an open log open', async () => {
    const path = await temporaryPath();
    const store = await openCarts({ path });
    await store.append(note('a'));
    await store.close();
    const log = await openSqliteLog({ path, readOnly: true });
    await why(cartModel, 'seen.notes', { log });
    await bisect(cartModel, 'size(seen.notes) > 0', { log });
    expect(log.head().sequence).toBe(1);
    await log.close();
  });

  test('refuses what it cannot use, before it opens the log', async () => {
    const log = new MemoryContents();
    const calls = {
      why: (options: unknown) => why(cartModel, 'seen.notes', options as never),
      bisect: (options: unknown) => bisect(cartModel, 'size(seen.notes) > 0', options as never),
      rehearse: (options: unknown) => rehearse(cartModel, cartModel, options as never),
    };
    for (const call of Object.values(calls)) {
      for (const bad of [undefined, {}, { log, path: 'a.log' }, { log, colour: 'red' }, { log, signal: 7 }]) {
        expect(await errorOf(call(bad))).toMatchObject({ code: 'INVALID_OPTION' });
      }
    }
    expect(await errorOf(why(cartModel, 'a[', { path: '/nowhere/a.log' }))).toMatchObject({ code: 'INVALID_OPTION' });
    expect(await errorOf(bisect(cartModel, {} as never, { log }))).toMatchObject({ type: 'condition' });
    expect(await errorOf(why({} as never, 'seen.notes', { log }))).toMatchObject({ code: 'INVALID_OPTION' });
  });
});
