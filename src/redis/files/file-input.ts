/** Files as inputs, read in chunks. */
import { closeSync, openSync, readSync } from 'node:fs';
import { ByteInput } from './bytes/byte-input.ts';

/** Opens a file for reading. Reads are synchronous: the parser asks for them in the middle of a value. */
export function openFile(path: string): { readonly input: ByteInput } & Disposable {
  const descriptor = openSync(path, 'r');
  return {
    input: ByteInput.from((into) => readSync(descriptor, into)),
    [Symbol.dispose]: () => closeSync(descriptor),
  };
}
