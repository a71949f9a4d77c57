/**
 * Harms to the bytes of a log at rest: flipped bits, sectors of zeros or of noise, pages lost, swapped,
 * written to the wrong place or replaced by older ones, truncated or missing files.
 *
 * A harm is a function from files to files. It has a kind, for counting, and a description, to repeat it.
 */
import type { Chance } from '../judging/chance.ts';
import { FRAME_BYTES, liveFrames, PAGE_BYTES, type Place, type Places, WAL_HEADER_BYTES } from './places.ts';
import type { LogFiles } from './prepared.ts';

export interface Harm {
  /** The kind, for counting. */
  readonly kind: string;
  readonly description: string;
  /** The changed files, by suffix; undefined for a missing file. */
  readonly changed: ReadonlyMap<string, Buffer | undefined>;
}

/** A log to harm. */
export interface Victim {
  readonly files: LogFiles;
  /** The same log some commits earlier, before its last snapshot. */
  readonly earlier: LogFiles;
  readonly places: Places;
}

/** Kinds of harm and how often each is chosen. */
const KINDS: readonly (readonly [weight: number, harm: (victim: Victim, chance: Chance) => Harm])[] = [
  [18, (victim, chance) => flip('flip: main file', whole(victim, ''), victim, chance)],
  [14, (victim, chance) => flip('flip: wal', live(victim), victim, chance)],
  [36, flipInPart],
  [5, (victim, chance) => overwrite('sector of zeros', victim, chance, (bytes) => bytes.fill(0))],
  [4, (victim, chance) => overwrite('sector of noise', victim, chance, (bytes) => scramble(bytes, chance))],
  [3, zeroPage],
  [4, swapPages],
  [3, copyPage],
  [2, swapFrames],
  [6, truncateWal],
  [2, truncateMain],
  [1, (victim, chance) => gone(chance.pick(['-wal', '-lock', '-witness']), victim)],
  [1, (victim, chance) => backInTime(victim, chance)],
  [1, (victim, chance) => flip('flip: lock', whole(victim, '-lock'), victim, chance)],
  [2, (victim, chance) => flip('flip: witness', whole(victim, '-witness'), victim, chance)],
];

const TOTAL_WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

/** A random harm. */
export function chooseHarm(victim: Victim, chance: Chance): Harm {
  let at = chance.next() * TOTAL_WEIGHT;
  for (const [weight, harm] of KINDS) {
    if (at < weight) return harm(victim, chance);
    at -= weight;
  }
  return flipInPart(victim, chance);
}

/** One bit of a block's row in the main file, where no checksum of the `-wal` protects it. */
export function flipABlock(victim: Victim, chance: Chance): Harm {
  const inMain = victim.places.get('open block')!.filter(({ file }) => file === '');
  return flip('flip: open block', chance.pick(inMain), victim, chance);
}

/**
 * Flips one bit of every byte of the main file and of the live part of the `-wal`, and truncates the `-wal` at every
 * byte.
 */
export function* everyByte(victim: Victim, chance: Chance): Generator<Harm> {
  const main = whole(victim, '');
  for (let at = main.from; at < main.to; at++) yield flipAt('flip: every byte', victim, main.file, at, chance.below(8));
  const wal = live(victim);
  for (let at = wal.from; at < wal.to; at++) yield flipAt('flip: every byte', victim, wal.file, at, chance.below(8));
  for (let size = 0; size < wal.to; size++) yield cut('wal cut short', victim, '-wal', size);
}

function flip(kind: string, place: Place | undefined, victim: Victim, chance: Chance): Harm {
  if (place === undefined) return flipInPart(victim, chance);
  return flipAt(kind, victim, place.file, place.from + chance.below(place.to - place.from), chance.below(8));
}

function flipInPart(victim: Victim, chance: Chance): Harm {
  const [name, places] = chance.pick([...victim.places]);
  return flip(`flip: ${name}`, chance.pick(places), victim, chance);
}

function flipAt(kind: string, { files }: Victim, file: string, at: number, bit: number): Harm {
  const content = Buffer.from(files.get(file)!);
  content[at] = content[at]! ^ (1 << bit);
  return { kind, description: `bit ${bit} of byte ${at} of log.db${file}`, changed: new Map([[file, content]]) };
}

const SECTOR_BYTES = 512;

function overwrite(kind: string, victim: Victim, chance: Chance, change: (bytes: Buffer) => void): Harm {
  const { file, to } = chance.hit(0.6) ? whole(victim, '')! : live(victim);
  const content = Buffer.from(victim.files.get(file)!);
  const from = chance.below(Math.ceil(to / SECTOR_BYTES)) * SECTOR_BYTES;
  change(content.subarray(from, from + SECTOR_BYTES));
  return { kind, description: `sector at ${from} of log.db${file}`, changed: new Map([[file, content]]) };
}

function scramble(bytes: Buffer, chance: Chance): void {
  for (let index = 0; index < bytes.byteLength; index++) bytes[index] = chance.below(256);
}

function zeroPage({ files }: Victim, chance: Chance): Harm {
  const content = Buffer.from(files.get('')!);
  const page = chance.below(content.byteLength / PAGE_BYTES);
  content.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  return { kind: 'page of zeros', description: `page ${page + 1}`, changed: new Map([['', content]]) };
}

function swapPages(victim: Victim, chance: Chance): Harm {
  const content = Buffer.from(victim.files.get('')!);
  if (content.byteLength < 2 * PAGE_BYTES) return flipInPart(victim, chance);
  const [one, other] = twoOf(content.byteLength / PAGE_BYTES, chance);
  swap(content, one * PAGE_BYTES, other * PAGE_BYTES, PAGE_BYTES);
  return { kind: 'pages swapped', description: `pages ${one + 1} and ${other + 1}`, changed: new Map([['', content]]) };
}

function copyPage(victim: Victim, chance: Chance): Harm {
  const content = Buffer.from(victim.files.get('')!);
  if (content.byteLength < 2 * PAGE_BYTES) return flipInPart(victim, chance);
  const [one, other] = twoOf(content.byteLength / PAGE_BYTES, chance);
  content.copyWithin(other * PAGE_BYTES, one * PAGE_BYTES, (one + 1) * PAGE_BYTES);
  const description = `page ${one + 1} written over page ${other + 1}`;
  return { kind: 'page written elsewhere', description, changed: new Map([['', content]]) };
}

function swapFrames({ files }: Victim, chance: Chance): Harm {
  const content = Buffer.from(files.get('-wal')!);
  const [one, other] = twoOf(liveFrames(content).length, chance);
  swap(content, WAL_HEADER_BYTES + one * FRAME_BYTES, WAL_HEADER_BYTES + other * FRAME_BYTES, FRAME_BYTES);
  return { kind: 'frames swapped', description: `frames ${one} and ${other}`, changed: new Map([['-wal', content]]) };
}

function truncateWal(victim: Victim, chance: Chance): Harm {
  const frames = liveFrames(victim.files.get('-wal')!);
  const size = chance.hit(0.3) ? chance.pick(frames).from : chance.below(frames.at(-1)!.to);
  return cut('wal cut short', victim, '-wal', size);
}

function truncateMain(victim: Victim, chance: Chance): Harm {
  const { byteLength } = victim.files.get('')!;
  const size = chance.below(byteLength);
  return cut('main file cut short', victim, '', chance.hit(0.5) ? size - (size % PAGE_BYTES) : size);
}

function cut(kind: string, { files }: Victim, file: string, size: number): Harm {
  const content = files.get(file)!.subarray(0, size);
  return { kind, description: `log.db${file} of ${size} bytes`, changed: new Map([[file, content]]) };
}

function gone(file: string, { files }: Victim): Harm {
  const suffix = files.has(file) ? file : '-wal';
  return { kind: 'file gone', description: `log.db${suffix}`, changed: new Map([[suffix, undefined]]) };
}

/** Restores earlier versions of some files, or of some pages of the main file: writes that never reached the disk. */
function backInTime({ files, earlier }: Victim, chance: Chance): Harm {
  const kind = 'back in time';
  if (chance.hit(0.3)) {
    const file = chance.pick(['', '-wal']);
    return { kind, description: `log.db${file}`, changed: new Map([[file, earlier.get(file)]]) };
  }
  const content = Buffer.from(files.get('')!);
  const old = earlier.get('')!;
  const page = chance.below(Math.min(content.byteLength, old.byteLength) / PAGE_BYTES);
  old.copy(content, page * PAGE_BYTES, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  return { kind, description: `page ${page + 1}`, changed: new Map([['', content]]) };
}

function whole({ files }: Victim, file: string): Place | undefined;
function whole({ files }: Victim, file: ''): Place;
function whole({ files }: Victim, file: string): Place | undefined {
  const content = files.get(file);
  return content && { file, from: 0, to: content.byteLength };
}

function live({ files }: Victim): Place {
  return { file: '-wal', from: 0, to: liveFrames(files.get('-wal')!).at(-1)!.to };
}

function twoOf(count: number, chance: Chance): readonly [number, number] {
  const one = chance.below(count);
  const other = chance.below(count - 1);
  return [one, other < one ? other : other + 1];
}

function swap(content: Buffer, one: number, other: number, bytes: number): void {
  const kept = Buffer.from(content.subarray(one, one + bytes));
  content.copyWithin(one, other, other + bytes);
  kept.copy(content, other);
}
