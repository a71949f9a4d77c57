/**
 * The tags of a sealed block's events, as one section of its content:
 *
 * ```
 *   1 taggers        JSON [name, …]
 *   2 tagger column  varints: 0 for an event without a tagger, otherwise the number of its tagger, from 1
 *   3 counts         varints: how many tags each event has
 *   4 names          JSON [tag, …]: each tag once
 *   5 tags           varints: the tags of all events one after the other, by their places in the list of names
 * ```
 */
import type { EventTags } from '../../log-store.ts';
import { packNumbers, SectionReader, SectionWriter, unpackNumbers } from './sections.ts';

/** The columns as they are stored, for a look at single events. */
export interface TagColumn {
  readonly taggers: readonly string[];
  /** For each event; see above. */
  readonly taggerOf: readonly number[];
  readonly counts: readonly number[];
  readonly names: readonly string[];
  readonly tags: readonly number[];
}

/** @param events one entry for each event of the block */
export function encodeTagColumn(events: readonly EventTags[]): Uint8Array {
  const taggers = new Numbering();
  const names = new Numbering();
  const taggerOf: number[] = [];
  const counts: number[] = [];
  const tags: number[] = [];
  for (const event of events) {
    taggerOf.push(event === 0 ? 0 : taggers.of(event[0]) + 1);
    counts.push(event === 0 ? 0 : event.length - 1);
    if (event !== 0) for (let index = 1; index < event.length; index++) tags.push(names.of(event[index]!));
  }
  const section = new SectionWriter();
  section.add(Buffer.from(JSON.stringify(taggers.list)));
  section.add(packNumbers(taggerOf));
  section.add(packNumbers(counts));
  section.add(Buffer.from(JSON.stringify(names.list)));
  section.add(packNumbers(tags));
  return section.finish();
}

/** @throws Error of any kind when the section is malformed */
export function readTagColumn(section: Uint8Array, events: number): TagColumn {
  const sections = new SectionReader(section);
  const taggers = readTexts(sections.next());
  const taggerOf = unpackNumbers(sections.next());
  const counts = unpackNumbers(sections.next());
  const names = readTexts(sections.next());
  const tags = unpackNumbers(sections.next());
  sections.finish();
  const isWhole = taggerOf.length === events && counts.length === events && tags.length === sumOf(counts);
  if (!isWhole || !areBelow(taggerOf, taggers.length + 1) || !areBelow(tags, names.length)) {
    throw new RangeError('tags that do not add up');
  }
  return { taggers, taggerOf, counts, names, tags };
}

/** The tags of each event. */
export function decodeTagColumn({ taggers, taggerOf, counts, names, tags }: TagColumn): EventTags[] {
  let at = 0;
  return taggerOf.map((tagger, event) => {
    if (tagger === 0) return 0;
    const list: [string, ...string[]] = [taggers[tagger - 1]!];
    for (let count = counts[event]!; count > 0; count--) list.push(names[tags[at++]!]!);
    return list;
  });
}

/** Texts by number, in the order of their first use. */
class Numbering {
  readonly list: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) this.#numbers.set(text, (number = this.list.push(text) - 1));
    return number;
  }
}

function readTexts(section: Uint8Array): readonly string[] {
  const texts: unknown = JSON.parse(Buffer.from(section).toString('utf8'));
  if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string'))
    throw new TypeError('no list of texts');
  return texts;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}

function areBelow(numbers: readonly number[], bound: number): boolean {
  return numbers.every((number) => number < bound);
}
