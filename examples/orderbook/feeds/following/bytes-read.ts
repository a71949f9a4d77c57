/** How much of a feed is read, by the bytes of its files: a feed does not say how many messages it has. */
import { stat } from 'node:fs/promises';
import type { FeedFile } from './feed-kind.ts';

export class BytesRead {
  /** Bytes of the files before each one, and its own. */
  readonly #files: ReadonlyMap<FeedFile, { readonly before: number; readonly size: number }>;
  readonly #total: number;

  private constructor(files: readonly FeedFile[], sizes: readonly number[]) {
    let before = 0;
    this.#files = new Map(
      files.map((file, index) => {
        const size = sizes[index]!;
        before += size;
        return [file, { before: before - size, size }];
      }),
    );
    this.#total = before;
  }

  /** A missing file counts as empty. Its reader reports it. */
  static async of(files: readonly FeedFile[]): Promise<BytesRead> {
    const sizes = files.map(async ({ path }) => (await stat(path).catch(() => undefined))?.size ?? 0);
    return new BytesRead(files, await Promise.all(sizes));
  }

  /** From 0 to 1, while a file is read. Undefined if that cannot be told, as for a pipe. */
  share(file: FeedFile): number | undefined {
    const { before = 0, size = 0 } = this.#files.get(file) ?? {};
    const read = file.share?.();
    return read === undefined || this.#total === 0 ? undefined : (before + size * read) / this.#total;
  }
}
