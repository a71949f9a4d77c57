/**
 * The file of a witness, which records outside of a log where the log ended.
 *
 * It is overwritten in place without a separate sync, in two slots that alternate, each with a checksum. A torn write leaves the other
 * slot. If both are lost, only the witness is lost. The log's random id ties the witness to one log.
 *
 * ```
 * slot 64 bytes at 0 and at 4096:  "RFWT" · u32 format · 16 bytes log id · u64 epoch · u64 sequence · 16 bytes chain ·
 *                                  u32 zero · u32 CRC-32 of the 60 bytes before          (little-endian)
 * ```
 */
import fs from 'node:fs';
import zlib from 'node:zlib';
import { grouped } from '../../core/errors.ts';
import type { LogHead } from '../log-store.ts';

/** What a witness says: this log has reached this sequence, with this chain. */
export interface Testimony {
  readonly logId: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly chain: string;
}

/**
 * Opening a symbolic link with this flag fails. Links are refused when the log is opened; the flag keeps refold from
 * following one that was made later. Windows does not have it.
 */
export const NO_FOLLOW: number = fs.constants.O_NOFOLLOW ?? 0;

const WITNESS_MAGIC = 0x54574652; // "RFWT"
const FORMAT = 1;
const SLOT_BYTES = 64;
/** At least one physical sector apart, so that a torn write cannot damage both. */
const SLOT_OFFSETS = [0, 4096] as const;

/** What a witness says, newest first. Empty when there is no readable witness. Read it *before* the log's head. */
export function testimoniesIn(file: string): readonly Testimony[] {
  return slotsOf(file)
    .filter((slot) => slot !== undefined)
    .sort((a, b) => b.epoch - a.epoch || b.sequence - a.sequence);
}

/** Whether a file that exists is a witness, or may become one: it is empty, or begins as witnesses do. */
export function isWitness(descriptor: number): boolean {
  const bytes = Buffer.alloc(4);
  const begins = SLOT_OFFSETS.map((offset) => {
    const read = fs.readSync(descriptor, bytes, 0, 4, offset);
    return read === 4 && bytes.readUInt32LE(0) === WITNESS_MAGIC;
  });
  return fs.fstatSync(descriptor).size === 0 || begins.includes(true);
}

/** What a log says of itself. */
export interface Witnessed {
  readonly head: LogHead;
  readonly epoch: number;
}

/**
 * The first sequence that a log has lost, and why that is known; undefined when it agrees with its witness.
 *
 * @param chainAt the log's chain at the sequence of the witness, or undefined where no block ends there
 */
export function lostSince(
  { head, epoch }: Witnessed,
  witness: Testimony,
  chainAt: (sequence: number) => string | undefined,
): { readonly sequence: number; readonly why: string } | undefined {
  if (head.sequence < witness.sequence) {
    const why = `it ends at ${grouped(head.sequence)}, and ${grouped(witness.sequence)} was durable`;
    return { sequence: head.sequence + 1, why };
  }
  if (epoch < witness.epoch) {
    const why = `it was opened by writer ${witness.epoch}, but it records only writer ${epoch}`;
    return { sequence: head.sequence + 1, why };
  }
  const chain = witness.sequence === head.sequence ? head.chain : chainAt(witness.sequence);
  if (chain === undefined || chain === witness.chain) return undefined;
  return {
    sequence: witness.sequence,
    why: `its event ${grouped(witness.sequence)} is not the one that was durable`,
  };
}

/** The writer's end of the witness. */
export class WitnessFile {
  readonly #logId: string;
  readonly #epoch: number;
  readonly #slotBytes: Buffer = Buffer.alloc(SLOT_BYTES);
  /** Its descriptor, or its path when it is opened for each note. */
  #file: number | string | undefined;
  /** The slot to write next: never the one that holds the newest testimony. */
  #slot: 0 | 1;
  #sequence = -1;

  /**
   * Opens the witness of a log, or makes it. When that fails, the log works without it.
   *
   * @param keepOpen false: open the file for each note, which takes some microseconds and saves a descriptor
   */
  static open(file: string, logId: string, epoch: number, keepOpen = true): WitnessFile {
    const slots = slotsOf(file);
    const slot = isNewer(slots[0], slots[1], logId) ? 1 : 0;
    return new WitnessFile(logId, epoch, slot, keepOpen ? openOrMake(file) : file);
  }

  private constructor(logId: string, epoch: number, slot: 0 | 1, file: number | string | undefined) {
    this.#logId = logId;
    this.#epoch = epoch;
    this.#slot = slot;
    this.#file = file;
  }

  /** Notes that the log is durable up to this head. */
  note({ sequence, chain }: LogHead): void {
    if (this.#file === undefined || sequence === this.#sequence) return;
    const bytes = this.#slotBytes;
    writeSlot(bytes, { logId: this.#logId, epoch: this.#epoch, sequence, chain });
    try {
      this.#write(this.#file, bytes);
      this.#slot = this.#slot === 0 ? 1 : 0;
      this.#sequence = sequence;
    } catch {
      // From now on the witness is only out of date. What it says stays true.
      this.close();
    }
  }

  #write(file: number | string, bytes: Buffer): void {
    const descriptor = typeof file === 'number' ? file : makeOrOpen(file);
    try {
      fs.writeSync(descriptor, bytes, 0, SLOT_BYTES, SLOT_OFFSETS[this.#slot]);
    } finally {
      if (descriptor !== file) fs.closeSync(descriptor);
    }
  }

  close(): void {
    if (typeof this.#file === 'number') fs.closeSync(this.#file);
    this.#file = undefined;
  }
}

function openOrMake(file: string): number | undefined {
  try {
    return makeOrOpen(file);
  } catch {
    return undefined;
  }
}

/** A descriptor to write with. Throws what Node throws. */
export function makeOrOpen(file: string): number {
  return fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT | NO_FOLLOW, 0o600);
}

type Slot = Testimony | undefined;

function slotsOf(file: string): readonly [Slot, Slot] {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | NO_FOLLOW);
    return [readSlot(descriptor, SLOT_OFFSETS[0]), readSlot(descriptor, SLOT_OFFSETS[1])];
  } catch {
    return [undefined, undefined];
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

function readSlot(descriptor: number, offset: number): Slot {
  const bytes = Buffer.alloc(SLOT_BYTES);
  if (fs.readSync(descriptor, bytes, 0, SLOT_BYTES, offset) !== SLOT_BYTES) return undefined;
  if (bytes.readUInt32LE(0) !== WITNESS_MAGIC || bytes.readUInt32LE(4) !== FORMAT) return undefined;
  if (zlib.crc32(bytes.subarray(0, CRC_OFFSET)) !== bytes.readUInt32LE(CRC_OFFSET)) return undefined;
  return {
    logId: bytes.toString('hex', 8, 24),
    epoch: Number(bytes.readBigUInt64LE(24)),
    sequence: Number(bytes.readBigUInt64LE(32)),
    chain: bytes.toString('hex', 40, 56),
  };
}

const CRC_OFFSET = SLOT_BYTES - 4;

function writeSlot(bytes: Buffer, { logId, epoch, sequence, chain }: Testimony): void {
  bytes.writeUInt32LE(WITNESS_MAGIC, 0);
  bytes.writeUInt32LE(FORMAT, 4);
  bytes.write(logId, 8, 'hex');
  bytes.writeBigUInt64LE(BigInt(epoch), 24);
  bytes.writeBigUInt64LE(BigInt(sequence), 32);
  bytes.write(chain, 40, 'hex');
  bytes.writeUInt32LE(0, 56);
  bytes.writeUInt32LE(zlib.crc32(bytes.subarray(0, CRC_OFFSET)), CRC_OFFSET);
}

/** A slot of another log is ignored. */
function isNewer(one: Slot, other: Slot, logId: string): boolean {
  if (one?.logId !== logId) return false;
  if (other?.logId !== logId) return true;
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.sequence > other.sequence);
}
