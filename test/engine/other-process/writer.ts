/** A process that writes notes to a log of carts, as its parent requests. Usage: fork(writer.ts, [PATH, HISTORY]) */
import { writeFileSync } from 'node:fs';
import { defineModel, defineProjection, openStore } from '../../../src/index.ts';
import { cartModel, note } from '../cart.ts';

/** The carts with a version: the test's process and this one compile the same reducers to different sources. */
export const sharedModel = defineModel({ ...cartModel, version: 1, fingerprint: 'version' });

/** A projection that the writer and its readers share. */
export const sharedNotes = defineProjection({
  name: 'notes',
  version: 1,
  fingerprint: 'version',
  initialState: () => ({ count: 0 }),
  reducers: {
    NoteTaken(state: { count: number }) {
      state.count += 1;
    },
  },
});

/** What the writer does, in this order. */
export interface WriterRequest {
  /** Also runs the shared projection. */
  readonly project?: true;
  /** Notes, one commit each. */
  readonly append?: number;
  /** Notes in one commit. */
  readonly batch?: number;
  /** Takes snapshots and compacts; with `discard` history is dropped. */
  readonly compact?: true;
  /** Also answers with the hash of its state. */
  readonly hash?: true;
  readonly close?: true;
  /** Makes this file when all is done. */
  readonly mark?: string;
}

export interface WriterAnswer {
  /** Where the log ends, and where it begins. */
  readonly sequence: number;
  readonly firstSequence: number;
  readonly hash?: string;
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) await write(process.send.bind(process));

async function write(answer: (message: unknown) => void): Promise<void> {
  const [path = '', history = 'keep'] = process.argv.slice(2);
  const store = await openStore(sharedModel, { path, history: history as 'keep' | 'discard' });
  process.on('message', async ({ project, append = 0, batch = 0, compact, hash, close, mark }: WriterRequest) => {
    if (project) await store.project(sharedNotes);
    for (let index = 0; index < append; index++) await store.append(note('from afar'));
    if (batch > 0) await store.append(Array.from({ length: batch }, (_, index) => note(`batch member ${index}`)));
    if (compact) {
      await store.snapshot();
      await store.append(note('between two snapshots'));
      await store.snapshot();
      await store.append(note('after the snapshots'));
      await store.compact();
    }
    const { sequence, firstSequence } = store.stats();
    const told = { sequence, firstSequence, ...(hash && { hash: await store.stateHash() }) };
    if (close) await store.close();
    if (mark !== undefined) writeFileSync(mark, '');
    answer(told);
    if (close) process.disconnect();
  });
  answer('ready');
}
