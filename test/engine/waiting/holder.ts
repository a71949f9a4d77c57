/** Opens the carts at a path, says so, and lets go of them when it is told `close`: `node holder.ts PATH [WAIT]`. */
import { openStore } from '../../../src/index.ts';
import { cartModel, note } from '../cart.ts';

const [path, wait] = process.argv.slice(2) as [string, string | undefined];
const store = await openStore(cartModel, { path, waitForLock: wait === undefined ? undefined : Number(wait) });
await store.append(note(`process ${process.pid}`));
process.send!('open');
process.on('message', async () => {
  await store.close();
  process.disconnect();
});
