/**
 * All images that power cuts along a trace could leave, each once, with the promises of the store at that moment.
 *
 * At every sync it makes the systematic cuts of the pending calls, and at every other call the cuts that it adds.
 * Random cuts make up the rest of the requested number.
 */
import { createHash } from 'node:crypto';
import { chanceOf } from '../judging/chance.ts';
import { type Cut, latestCuts, randomCut, systematicCuts } from './cuts.ts';
import { Disk, type Image } from './disk.ts';
import { MARKS_NAME } from './names.ts';
import type { Call } from './trace.ts';

/** What the program knew at the power cut, as numbers of commits. */
export interface Promised {
  /** The last commit that was acknowledged. */
  readonly acknowledged: number;
  /** The last commit that was issued. */
  readonly issued: number;
  /**
   * The last commit that was acknowledged before a finished `flush` or `close`: durable at every durability level.
   */
  readonly flushed: number;
}

export interface CutImage {
  readonly files: Image;
  /** Identifies the image. */
  readonly hash: string;
  readonly promised: Promised;
  /** The moment and the cut, to repeat the case. */
  readonly description: string;
}

export interface ImageOptions {
  readonly seed: number;
  /** Random cuts per sync, in addition to the systematic ones. */
  readonly randomPerSync: number;
  /** The share of the systematic cuts to make; 1 for all. */
  readonly share?: number;
  readonly syncsLie?: boolean;
}

/** Images in the order of the trace; an image is repeated when the promises have changed. */
export function* imagesAlong(calls: readonly Call[], options: ImageOptions): Generator<CutImage> {
  const { seed, randomPerSync, share = 1, syncsLie = false } = options;
  const disk = new Disk({ syncsLie });
  const chance = chanceOf(seed, 0xc07);
  let promised: Promised = { acknowledged: 0, issued: 0, flushed: 0 };
  let doing = '';
  for (const call of relevant(calls)) {
    if (call.kind === 'mark') {
      const [word, what] = call.text.split(' ') as [string, string];
      if (word === 'doing') doing = what;
      promised = advance(promised, word, Number(what));
    }
    for (const cut of cutsAround(call)) {
      if (share < 1 && !chance.hit(share)) continue;
      const files = disk.image(cut.kept);
      const description = `during ${doing}, line ${call.begun}, before ${call.kind}: ${cut.description}`;
      yield { files, hash: hashOf(files), promised, description };
    }
    if (call.kind !== 'mark') disk.apply(call);
  }

  function* cutsAround(call: Call): Generator<Cut> {
    if (call.kind !== 'sync' && call.kind !== 'syncFolder') return yield* latestCuts(disk);
    yield* systematicCuts(disk);
    for (let made = 0; made < randomPerSync; made++) yield randomCut(disk, chance);
  }
}

/** The disk as the program saw it at the end: it equals the real one, if the trace was read correctly. */
export function finalImage(calls: readonly Call[]): Image {
  const disk = new Disk();
  for (const call of relevant(calls)) if (call.kind !== 'mark') disk.apply(call);
  return disk.image(disk.pending.map(() => true));
}

/**
 * Excludes the marks of the harness, `-shm`, which is not read after a crash, and the ballast, which holds no data.
 */
function relevant(calls: readonly Call[]): Call[] {
  return calls.filter((call) => !('name' in call) || !(call.name === MARKS_NAME || /-(shm|ballast)$/.test(call.name)));
}

function advance(promised: Promised, word: string, commit: number): Promised {
  if (word === 'issued') return { ...promised, issued: Math.max(promised.issued, commit) };
  if (word === 'acked') return { ...promised, acknowledged: Math.max(promised.acknowledged, commit) };
  if (word === 'flushed') return { ...promised, flushed: promised.acknowledged };
  return promised;
}

function hashOf(files: Image): string {
  const parts = [...files].map(([name, content]) => `${name}:${digestOf(content)}`);
  return createHash('sha1').update(parts.sort().join()).digest('base64');
}

/** Most images share most of their buffers. */
const digests = new WeakMap<Buffer, string>();

function digestOf(content: Buffer): string {
  let digest = digests.get(content);
  if (digest === undefined) digests.set(content, (digest = createHash('sha1').update(content).digest('base64')));
  return digest;
}
