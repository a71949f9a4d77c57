/**
 * The files that a log of a feed was made from: its events say which, and how each begins.
 *
 * An import goes on only with the same files, in the same order. They may have grown.
 */
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { crc32 } from 'node:zlib';
import { type DeepReadonly, type EventMeta, RefoldError, type Store } from 'refold';
import type { FeedEventData, FeedEvents } from '../../follow/index.ts';
import type { FeedState } from '../../follow/state.ts';
import { hintOnFailure, unreadable } from '../reading/csv.ts';
import type { FeedFile } from './feed-kind.ts';

/** Bytes at the beginning of a file that tell it from another of the same name. */
const HEAD_BYTES = 65_536;

/** How the log opens a file. */
export interface OpenedFile {
  readonly data: DeepReadonly<FeedEventData<'FeedOpened'>>;
  readonly meta?: EventMeta | undefined;
}

/** The files that a log has opened, in their order. */
export async function openedFiles(store: Store<FeedState, FeedEvents, any>): Promise<OpenedFile[]> {
  const opened: OpenedFile[] = [];
  for (const { sequence } of store.state.files.values()) {
    for await (const event of store.events({ from: sequence, limit: 1 })) {
      if (event.type === 'FeedOpened') opened.push(event);
    }
  }
  return opened;
}

/** The checksum of the first bytes of a file. */
export type Head = { readonly bytes: number; readonly crc32: number };

export async function headOf(path: string, bytes = HEAD_BYTES): Promise<Head> {
  try {
    await using file = await open(path, 'r');
    const head = Buffer.alloc(bytes);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < bytes; filled += read) {
      ({ bytesRead: read } = await file.read(head, filled, bytes - filled, filled));
    }
    return { bytes: filled, crc32: crc32(head.subarray(0, filled)) };
  } catch (cause) {
    throw unreadable(path, (cause as Error).message, { hint: hintOnFailure(cause), cause });
  }
}

/**
 * Refuses to go on with a log that was made from other files.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export async function requireSameFiles(
  path: string,
  kind: string,
  files: readonly FeedFile[],
  symbols: ReadonlySet<string> | undefined,
  known: readonly OpenedFile[],
): Promise<void> {
  const refuse = (problem: string): never => {
    throw new RefoldError('INVALID_OPTION', `Cannot import into ${path}: ${problem}`, {
      path,
      hint: 'To go on, give the files that the log was made from, in the same order; otherwise name a new file with --db',
    });
  };
  const only = symbols === undefined ? undefined : [...symbols].join(',');
  for (const [at, { data: file }] of known.entries()) {
    if (file.kind !== kind) refuse(`it holds a feed of the kind ${file.kind}, from ${file.source}`);
    if (file.only?.join(',') !== only) {
      refuse(`it holds ${file.only?.join(',') ?? 'all symbols'} of ${file.source}, and not ${only ?? 'all symbols'}`);
    }
    const given = files[at];
    if (given === undefined) return refuse(`it holds ${file.source} too, which was not given`);
    if (given.name !== file.source) refuse(`it holds ${file.source}, and not ${given.name}`);
    const head = await headOf(given.path, file.head?.bytes ?? 0);
    if (file.head !== undefined && !isDeepStrictEqual(head, file.head)) {
      refuse(`it holds another ${basename(given.path)}, which begins otherwise`);
    }
  }
}
