/**
 * A disk with the states in which a power cut may leave it.
 *
 * Each file has durable content and the writes since its last sync. Each of these may have reached the disk completely,
 * torn at 512 bytes, or not at all, in any order. Names are separate from files: a new, removed or renamed name is
 * durable only after a sync of the folder. This is worse than most file systems, but POSIX
 * allows all of it.
 */
import type { Call } from './trace.ts';

export const SECTOR_BYTES = 512;

/** The most pending contents of one range of a file. */
const VERSIONS_PENDING = 2;

/** A call that a power cut may undo, whole or in parts. */
export type Pending =
  | {
      readonly kind: 'write';
      readonly file: DiskFile;
      readonly offset: number;
      readonly data: Buffer;
      readonly ended: number;
    }
  | { readonly kind: 'truncate'; readonly file: DiskFile; readonly size: number; readonly ended: number }
  | { readonly kind: 'name'; readonly name: string; readonly file: DiskFile | undefined; readonly ended: number };

/** Which sectors of a call's range reached the disk; `true` for the whole call. */
export type Kept = boolean | ((sector: number) => boolean);

/** Files by name. */
export type Image = ReadonlyMap<string, Buffer>;

class DiskFile {
  /** The durable content. */
  sure: Buffer = Buffer.alloc(0);
}

export class Disk {
  #sureNames: ReadonlyMap<string, DiskFile> = new Map();
  /** Names as the running program sees them. */
  readonly #names = new Map<string, DiskFile>();
  #pending: Pending[] = [];
  readonly #syncsLie: boolean;

  /** @param options.syncsLie whether the disk reports syncs that it has not made */
  constructor(options: { readonly syncsLie?: boolean } = {}) {
    this.#syncsLie = options.syncsLie ?? false;
  }

  /** The pending calls, in order. */
  get pending(): readonly Pending[] {
    return this.#pending;
  }

  apply(call: Call): void {
    if (call.kind === 'write' || call.kind === 'truncate') this.#change(call);
    else if (call.kind === 'sync') this.#sync(this.#names.get(call.name), call.begun);
    else if (call.kind === 'syncFolder') this.#syncNames(call.begun);
    else if (call.kind !== 'mark') this.#changeNames(call);
  }

  #change(call: Call & { readonly kind: 'write' | 'truncate' }): void {
    const file = this.#names.get(call.name);
    if (file === undefined) throw new Error(`a ${call.kind} to ${call.name}, which is not there`);
    const pending: Pending = { ...call, file };
    this.#pending.push(pending);
    if (pending.kind === 'write') this.#forgetOldest(pending);
  }

  #changeNames(call: Call & { readonly kind: 'create' | 'remove' | 'rename' }): void {
    if (call.kind === 'rename') {
      this.#rename(call.to, this.#names.get(call.from), call.ended);
      this.#rename(call.from, undefined, call.ended);
    } else if (call.kind === 'remove') this.#rename(call.name, undefined, call.ended);
    else if (!this.#names.has(call.name)) this.#rename(call.name, new DiskFile(), call.ended);
  }

  /**
   * Forgets the oldest pending content of a range that is overwritten repeatedly and never synced, such as the witness.
   * Otherwise the pending calls would grow without limit. The durable content and the latest ones are enough.
   */
  #forgetOldest({ file, offset, data }: Pending & { readonly kind: 'write' }): void {
    const isSame = (call: Pending): boolean =>
      call.kind === 'write' && call.file === file && call.offset === offset && call.data.byteLength === data.byteLength;
    const same = this.#pending.filter(isSame);
    if (same.length > VERSIONS_PENDING) this.#pending.splice(this.#pending.indexOf(same[0]!), 1);
  }

  #rename(name: string, file: DiskFile | undefined, ended: number): void {
    if (file === undefined) this.#names.delete(name);
    else this.#names.set(name, file);
    this.#pending.push({ kind: 'name', name, file, ended });
  }

  /** A sync makes only those calls durable that ended before it began. */
  #sync(file: DiskFile | undefined, begun: number): void {
    if (file === undefined || this.#syncsLie) return;
    const covered = (call: Pending): boolean => call.kind !== 'name' && call.file === file && call.ended < begun;
    file.sure = contentOf(
      file,
      this.#pending.filter(covered).map((call) => [call, true]),
    );
    this.#pending = this.#pending.filter((call) => !covered(call));
  }

  #syncNames(begun: number): void {
    if (this.#syncsLie) return;
    const covered = (call: Pending): boolean => call.kind === 'name' && call.ended < begun;
    this.#sureNames = namesAfter(this.#sureNames, this.#pending.filter(covered));
    this.#pending = this.#pending.filter((call) => !covered(call));
  }

  /**
   * The content of the disk after a power cut. `kept` says what was kept of each pending call, in the order of
   * `pending`.
   */
  image(kept: readonly Kept[]): Image {
    const chosen = this.#pending.flatMap((call, place): [Pending, Kept][] =>
      kept[place] === false || kept[place] === undefined ? [] : [[call, kept[place]]],
    );
    const names = namesAfter(
      this.#sureNames,
      chosen.map(([call]) => call),
    );
    return new Map(
      [...names].map(([name, file]) => [
        name,
        contentOf(
          file,
          chosen.filter(([call]) => call.file === file),
        ),
      ]),
    );
  }
}

function namesAfter(before: ReadonlyMap<string, DiskFile>, calls: readonly Pending[]): ReadonlyMap<string, DiskFile> {
  const names = new Map(before);
  for (const call of calls) {
    if (call.kind !== 'name') continue;
    if (call.file === undefined) names.delete(call.name);
    else names.set(call.name, call.file);
  }
  return names;
}

/** The durable content with some calls applied; the same buffer without such calls. */
function contentOf(file: DiskFile, calls: readonly (readonly [Pending, Kept])[]): Buffer {
  const touching = calls.filter(([call]) => call.kind !== 'name');
  if (touching.length === 0) return file.sure;
  let size = file.sure.byteLength;
  let room = size;
  for (const [call] of touching) room = Math.max(room, call.kind === 'write' ? call.offset + call.data.byteLength : 0);
  const content = Buffer.alloc(room);
  file.sure.copy(content);
  for (const [call, kept] of touching) {
    if (call.kind === 'truncate') size = truncate(content, size, call.size);
    else if (call.kind === 'write') size = Math.max(size, write(content, call, kept));
  }
  return content.subarray(0, size);
}

/** Truncation to a larger size reads as zeros. No file of a log relies on this. */
function truncate(content: Buffer, size: number, to: number): number {
  if (to < size) content.fill(0, to, size);
  return Math.min(to, content.byteLength);
}

/** Writes the kept part, and returns its end. */
function write(content: Buffer, { offset, data }: { offset: number; data: Buffer }, kept: Kept): number {
  if (kept === true) return offset + data.copy(content, offset);
  if (kept === false) return 0;
  let reached = 0;
  for (const [sector, from, to] of sectorsOf(offset, data.byteLength)) {
    if (!kept(sector)) continue;
    data.copy(content, from, from - offset, to - offset);
    reached = to;
  }
  return reached;
}

/** The disk's sectors that a range touches, counted from the range's first, each with its part of the range. */
export function* sectorsOf(
  offset: number,
  length: number,
): Generator<readonly [sector: number, from: number, to: number]> {
  const first = Math.floor(offset / SECTOR_BYTES);
  const end = offset + length;
  for (let sector = first; sector * SECTOR_BYTES < end; sector++) {
    yield [sector - first, Math.max(offset, sector * SECTOR_BYTES), Math.min(end, (sector + 1) * SECTOR_BYTES)];
  }
}

/** How many sectors a pending call touches: 1 for what cannot be torn. */
export function sectorCount(call: Pending): number {
  if (call.kind !== 'write') return 1;
  return (
    Math.floor((call.offset + call.data.byteLength - 1) / SECTOR_BYTES) - Math.floor(call.offset / SECTOR_BYTES) + 1
  );
}
