/**
 * The ids of a sealed block's commits, as one section of its content:
 *
 * ```
 *   1 places   varints: commits between one that has an id and the next
 *   2 ids      JSON [id, …]
 * ```
 */
import { packNumbers, SectionReader, SectionWriter, unpackNumbers } from './sections.ts';

/** @param ids one entry for each commit of the block */
export function encodeIdColumn(ids: readonly (string | undefined)[]): Uint8Array {
  const places: number[] = [];
  let before = -1;
  for (const [commit, id] of ids.entries()) {
    if (id === undefined) continue;
    places.push(commit - before - 1);
    before = commit;
  }
  const section = new SectionWriter();
  section.add(packNumbers(places));
  section.add(Buffer.from(JSON.stringify(ids.filter((id) => id !== undefined))));
  return section.finish();
}

/** One entry for each commit of the block. @throws Error of any kind when the section is malformed */
export function readIdColumn(section: Uint8Array, commits: number): readonly (string | undefined)[] {
  const sections = new SectionReader(section);
  const places = unpackNumbers(sections.next());
  const list: unknown = JSON.parse(Buffer.from(sections.next()).toString('utf8'));
  sections.finish();
  if (!Array.isArray(list) || list.length !== places.length) throw new TypeError('ids that do not add up');
  const ids = Array<string | undefined>(commits).fill(undefined);
  let commit = -1;
  for (const [index, id] of list.entries()) {
    commit += places[index]! + 1;
    if (typeof id !== 'string' || commit >= commits) throw new TypeError('an id out of place');
    ids[commit] = id;
  }
  return ids;
}
