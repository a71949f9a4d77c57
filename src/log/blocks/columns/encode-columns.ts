/**
 * Events → columns: the content of a sealed block.
 *
 * Data lies together by kind (type and version); kinds, commits and meta are columns of small numbers. `sealed-block.ts`
 * draws the sections and puts the content under zstd.
 */
import type { Json, RecordedEvent } from '../../../core/event.ts';
import type { EventTags } from '../../log-store.ts';
import { packValues } from '../packed-values.ts';
import { writeExtras } from './extras.ts';
import { encodeKindColumn } from './kind-column.ts';
import { packNumbers, SectionWriter } from './sections.ts';

interface Kind {
  readonly id: number;
  readonly type: string;
  readonly version: number;
  readonly data: Json[];
}

/** The content of a sealed block; see `sealed-block.ts` for its sections. */
export function encodeColumns(
  events: readonly RecordedEvent[],
  commitEnds: readonly number[],
  tags?: readonly EventTags[],
): Uint8Array {
  const { kinds, column } = groupByKind(events);
  const packed = kinds.map((kind) => packValues(kind.data));
  const withMeta = events.filter((event) => event.meta !== undefined);
  const metas = packValues(withMeta.map((event) => event.meta as Json));
  const content = new SectionWriter();
  content.add(Buffer.from(JSON.stringify(kinds.map((kind, i) => [kind.type, kind.version, packed[i]!.codec]))));
  content.add(encodeKindColumn(column, kinds.length));
  content.add(packNumbers(steps(commitEnds, events[0]!.sequence - 1)));
  content.add(packNumbers(steps(commitTimes(events, commitEnds), 0)));
  content.add(
    packNumbers(
      steps(
        withMeta.map((event) => event.sequence),
        events[0]!.sequence,
      ),
    ),
  );
  content.add(Buffer.from(metas.codec));
  content.add(metas.bytes);
  writeExtras(content, events, commitEnds, tags);
  for (const { bytes } of packed) content.add(bytes);
  return content.finish();
}

function groupByKind(events: readonly RecordedEvent[]): { kinds: Kind[]; column: Uint32Array } {
  const byName = new Map<string, Kind>();
  const column = new Uint32Array(events.length);
  let kind: Kind | undefined;
  events.forEach((event, index) => {
    if (kind?.type !== event.type || kind.version !== event.version) kind = kindOf(byName, event);
    kind.data.push(event.data as Json);
    column[index] = kind.id;
  });
  return { kinds: [...byName.values()], column };
}

function kindOf(byName: Map<string, Kind>, { type, version }: RecordedEvent): Kind {
  const name = `${version} ${type}`;
  let kind = byName.get(name);
  if (kind === undefined) byName.set(name, (kind = { id: byName.size, type, version, data: [] }));
  return kind;
}

function commitTimes(events: readonly RecordedEvent[], commitEnds: readonly number[]): number[] {
  const first = events[0]!.sequence;
  return commitEnds.map((end) => events[end - first]!.recordedAt);
}

/** The difference of each number from the one before it. */
function steps(numbers: readonly number[], before: number): number[] {
  return numbers.map((number, index) => number - (index === 0 ? before : numbers[index - 1]!));
}
