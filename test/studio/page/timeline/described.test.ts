import { expect, test } from 'vitest';
import { described } from '../../../../src/studio/page/timeline/draw.ts';

test('the timeline in words names the most frequent types, wherever they come in the log', () => {
  const types = new Map(Object.entries({ Opened: 1, Added: 5_000, Renamed: 2, Removed: 300 }));
  const log = { events: 5_303, snapshots: [{}, {}], firstSequence: 101 } as never;
  expect(described(log, types)).toBe(
    'Timeline of 5,303 events; most of them Added 5,000, Removed 300, Renamed 2; events before 101 were dropped; 2 snapshots',
  );
  expect(described({ events: 0, snapshots: [], firstSequence: 1 } as never, new Map())).toBe('Timeline of 0 events');
});
