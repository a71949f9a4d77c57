/** A process that writes carts' notes to a log, as it is told through its channel. Usage: fork(writer.ts, [PATH, HISTORY]) */
import { defineModel, openStore } from '../../../src/index.ts';
import { cartModel, note } from '../cart.ts';

/** The carts with a version: the test's process and this one compile the same reducers to different sources. */
export const sharedModel = defineModel({ ...cartModel, version: 1 });

/** What the writer is asked to do; it answers with the sequence that the log ends at then, and the one it begins at. */
export type WriterRequest = { readonly append: number } | { readonly compact: true } | { readonly close: true };

if (process.send !== undefined && process.argv[1] === import.meta.filename) await write(process.send.bind(process));

async function write(answer: (message: unknown) => void): Promise<void> {
  const [path = '', history = 'keep'] = process.argv.slice(2);
  const store = await openStore(sharedModel, { path, history: history as 'keep' | 'discard' });
  process.on('message', async (request: WriterRequest) => {
    if ('append' in request) for (let index = 0; index < request.append; index++) await store.append(note('from afar'));
    if ('compact' in request) {
      await store.snapshot();
      await store.append(note('between two snapshots'));
      await store.snapshot();
      await store.append(note('after the snapshots'));
      await store.compact();
    }
    const { sequence, firstSequence } = store.stats();
    if ('close' in request) await store.close();
    answer({ sequence, firstSequence });
    if ('close' in request) process.disconnect();
  });
  answer('ready');
}
