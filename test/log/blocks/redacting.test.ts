/** Packing a redacted block: what it may change, and what it must refuse. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RecordedEvent } from '../../../src/core/event.ts';
import { decodeBlock, decodeTags } from '../../../src/log/blocks/block.ts';
import { EMPTY_CHAIN, type StoredBlock, verifyBlock } from '../../../src/log/blocks/chain.ts';
import { nextBlock } from '../../../src/log/blocks/next-block.ts';
import { type RedactedEvent, redactRun } from '../../../src/log/blocks/redacting.ts';
import { sealRun } from '../../../src/log/blocks/sealing.ts';
import type { EventTags, QueuedCommit } from '../../../src/log/log-store.ts';
import { commitOf, eventsOf, noted } from '../../contracts/log-fixtures.ts';

const TAGGER = 'aabbccdd';

interface Written {
  readonly text: string;
  readonly type: 'Noted' | 'Other';
  readonly hasMeta: boolean;
}

/** Commits of one block: two events each, tagged, some with an id. */
function commitsOf(written: readonly Written[], tagged: boolean, after: number): QueuedCommit[] {
  const commits: QueuedCommit[] = [];
  for (let at = 0; at < written.length; at += 2) {
    const part = written.slice(at, at + 2);
    const events = part.map(({ text, type, hasMeta }) => ({
      ...noted(text, type),
      ...(hasMeta && { meta: { text } }),
    }));
    commits.push({
      ...commitOf(events, after + at),
      ...(at % 4 === 0 && { commandId: `c${at}` }),
      ...(tagged && {
        tags: { types: part.map(({ type }) => type), events: part.map(({ text }) => [TAGGER, `t${text}`]) },
      }),
    });
  }
  return commits;
}

function blocksOf(parts: readonly (readonly Written[])[], tagged: boolean): StoredBlock[] {
  let head = { sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN };
  return parts.map((part) => {
    const next = nextBlock(head, commitsOf(part, tagged, head.recordedAt + 1_000));
    head = next.head;
    return next.block;
  });
}

const anyWritten: fc.Arbitrary<Written> = fc.record({
  text: fc.string({ maxLength: 12 }),
  type: fc.constantFrom('Noted', 'Other'),
  hasMeta: fc.boolean(),
});
const anyParts = fc.array(fc.array(anyWritten, { minLength: 1, maxLength: 7 }), { minLength: 1, maxLength: 4 });

describe('a redacted block', () => {
  test('says what the blocks said, except for the changed events', () => {
    fc.assert(
      fc.property(
        anyParts,
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(27), { maxLength: 6 }),
        (parts, tagged, sealedFirst, picks) => {
          const open = blocksOf(parts, tagged);
          const run: StoredBlock[] = sealedFirst ? [sealRun(open, EMPTY_CHAIN)] : open;
          const before = eventsOf(run);
          const chosen = new Set(picks.filter((pick) => pick < before.length));
          const changes: RedactedEvent[] = [...chosen].map((index) => ({
            event: { ...before[index]!, version: 9, data: { gone: index } },
            tags: index % 2 === 0 ? 0 : [TAGGER, 'nobody'],
          }));
          const sealed = redactRun(run, EMPTY_CHAIN, changes);
          verifyBlock(sealed, EMPTY_CHAIN, 'test');
          expect(sealed).toMatchObject({ chain: run.at(-1)!.chain, replaces: run.map(({ checksum }) => checksum) });
          const { events, commitEnds } = decodeBlock(sealed);
          expect(events).toEqual(
            before.map((event, i) => (chosen.has(i) ? { ...event, version: 9, data: { gone: i } } : event)),
          );
          expect(commitEnds).toEqual(run.flatMap((block) => decodeBlock(block).commitEnds));
          const tags = run.flatMap((block) => decodeTags(block));
          expect(decodeTags(sealed)).toEqual(
            tags.map((kept, i): EventTags => (chosen.has(i) ? (i % 2 === 0 ? 0 : [TAGGER, 'nobody']) : kept)),
          );
        },
      ),
    );
  });

  const [block] = blocksOf([[{ text: 'word', type: 'Noted', hasMeta: true }]], false);
  const [event] = eventsOf([block!]);

  test('may lose its meta', () => {
    const { meta: _meta, ...rest } = event!;
    const sealed = redactRun([block!], EMPTY_CHAIN, [{ event: rest as RecordedEvent, tags: 0 }]);
    expect(decodeBlock(sealed).events).toEqual([rest]);
  });

  test.each([
    ['another type', { type: 'Other' }],
    ['another time', { recordedAt: 999 }],
    ['another id', { commandId: 'x' }],
    ['no id', { commandId: undefined }],
    ['a sequence that is not in the blocks', { sequence: 2 }],
  ])('is refused with %s', (_, change) => {
    const changed = { ...event!, ...change } as RecordedEvent;
    expect(() => redactRun([block!], EMPTY_CHAIN, [{ event: changed, tags: 0 }])).toThrowError(/event|redaction/);
  });
});
