/**
 * Finds the parts of a log in its files, so that damage can hit each of them, even small ones.
 *
 * It reads the content of a row with SQLite, on a copy, and then searches the files for these bytes.
 */
import fs from 'node:fs';
import Database from 'better-sqlite3';
import { type LogFiles, layFiles } from './prepared.ts';

/** Bytes of a file from `from` up to `to`. */
export interface Place {
  /** The suffix of the file's name. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

export const PAGE_BYTES = 4096;
export const WAL_HEADER_BYTES = 32;
export const FRAME_HEADER_BYTES = 24;
export const FRAME_BYTES: number = FRAME_HEADER_BYTES + PAGE_BYTES;

/** Places by the name of the part. */
export type Places = ReadonlyMap<string, readonly Place[]>;

/** Finds the parts that a log has. Leaves out bytes that are no longer read. */
export function findPlaces(files: LogFiles, folder: string): Places {
  const frames = liveFrames(files.get('-wal')!);
  const isRead = ({ file, to }: Place): boolean => file === '' || to <= frames.at(-1)!.to;
  const found = valuesOf(files, folder).map(([name, values]): [string, Place[]] => [
    name,
    values.flatMap((value) => search(files, value)).filter(isRead),
  ]);
  const places = new Map(found);
  // A block's last sequence, time, encoding and checksum, of a few bytes each, come before its chain.
  const chains = places.get('block chain')!;
  places.delete('block chain');
  places.set(
    'block columns',
    chains.map((place) => ({ ...place, from: Math.max(0, place.from - 24) })),
  );
  places.set(
    'page header',
    pagesOf(files).map((page) => ({ ...page, to: page.from + 16 })),
  );
  places.set('file header', [{ file: '', from: 0, to: 100 }]);
  places.set('wal header', [{ file: '-wal', from: 0, to: WAL_HEADER_BYTES }]);
  places.set(
    'frame header',
    frames.map(({ from }) => ({ file: '-wal', from, to: from + FRAME_HEADER_BYTES })),
  );
  return new Map([...places].filter(([, where]) => where.length > 0));
}

/** All pages of the main file. */
export function pagesOf(files: LogFiles): Place[] {
  const pages = Math.floor(files.get('')!.byteLength / PAGE_BYTES);
  return Array.from({ length: pages }, (_, page) => ({
    file: '',
    from: page * PAGE_BYTES,
    to: (page + 1) * PAGE_BYTES,
  }));
}

/** The frames that recovery reads: those with the salt of the header. Later frames are old. */
export function liveFrames(wal: Buffer): Place[] {
  const salt = wal.subarray(16, 24);
  const frames: Place[] = [];
  for (let from = WAL_HEADER_BYTES; from + FRAME_BYTES <= wal.byteLength; from += FRAME_BYTES) {
    if (!wal.subarray(from + 8, from + 16).equals(salt)) break;
    frames.push({ file: '-wal', from, to: from + FRAME_BYTES });
  }
  return frames;
}

/** Every part that damage can hit. A prepared `full` log has all of them. */
export const PARTS = 15;

const VALUES: readonly (readonly [name: string, sql: string])[] = [
  ['sealed block', "select payload from blocks where encoding = 'sealed'"],
  ['open block', "select payload from blocks where encoding = 'open'"],
  ['block chain', 'select chain from blocks'],
  ['snapshot chunk', 'select data from snapshot_chunks'],
  ['snapshot header', 'select chain || state_hash || fingerprint from snapshots'],
  ['outcome', 'select outcome from commands'],
  ['command id', 'select command_id from commands'],
  ['log state', 'select trimmed_chain from log_state'],
  ['schema', 'select sql from sqlite_schema where sql is not null'],
  ['meta', 'select key || value from meta'],
  ['checkpoint', 'select projection from checkpoints'],
];

function valuesOf(files: LogFiles, folder: string): (readonly [name: string, values: Buffer[]])[] {
  fs.mkdirSync(folder, { recursive: true });
  const database = new Database(layFiles(folder, files), { readonly: true });
  try {
    return VALUES.map(([name, sql]) => {
      const values = database.prepare(sql).pluck().all() as (string | Buffer)[];
      return [name, values.map((value) => Buffer.from(value as string))];
    });
  } finally {
    database.close();
    fs.rmSync(folder, { recursive: true });
  }
}

/** A long value spans several pages, so each piece is searched separately. */
const PIECE_BYTES = 48;
/** Shorter pieces would match by accident. */
const LEAST_BYTES = 5;

function search(files: LogFiles, value: Buffer): Place[] {
  const found: Place[] = [];
  for (let start = 0; start < value.byteLength; start += PIECE_BYTES) {
    const piece = value.subarray(start, start + PIECE_BYTES);
    if (piece.byteLength < LEAST_BYTES) continue;
    for (const file of ['', '-wal']) {
      const content = files.get(file)!;
      for (let from = content.indexOf(piece); from >= 0; from = content.indexOf(piece, from + 1)) {
        found.push({ file, from, to: from + piece.byteLength });
      }
    }
  }
  return found;
}
