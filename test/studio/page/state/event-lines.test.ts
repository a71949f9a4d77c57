import { describe, expect, test } from 'vitest';
import { eventLines } from '../../../../src/studio/page/state/event/event-lines.ts';
import { jsonLines, jsonMembers } from '../../../../src/studio/page/state/event/json-lines.ts';
import type { Moment } from '../../../../src/studio/wire.ts';

const EVENT = { sequence: 1, recordedAt: 0, type: 'Put', version: 1 };
const NONE = new Set<string>();
const moment = (part: object): Pick<Moment, 'event' | 'changes' | 'changesInAll'> => ({
  event: { ...EVENT, ...part },
  changes: [],
  changesInAll: 0,
});

describe('the lines of JSON', () => {
  const data = { id: 7, list: [1, { a: null }], none: {}, $map: 'a name', 'a.b': true };

  test('are all of it, in order', () => {
    expect(jsonLines('data', data, NONE).map(({ path, level }) => `${level} ${path}`)).toEqual([
      '1 data',
      '2 data.id',
      '2 data.list',
      '3 data.list[0]',
      '3 data.list[1]',
      '4 data.list[1].a',
      '2 data.none',
      '2 data.$map',
      '2 data["a.b"]',
    ]);
  });

  test('are one for what was closed', () => {
    const lines = jsonLines('data', data, new Set(['data.list']));
    expect(lines.map(({ path }) => path)).not.toContain('data.list[0]');
    expect(lines.find(({ path }) => path === 'data.list')).toMatchObject({ isOpen: false, json: data.list });
    expect(lines.find(({ path }) => path === 'data.none')).not.toHaveProperty('isOpen');
  });

  test('of very deep and of very much are bounded', () => {
    let deep: unknown = 1;
    for (let n = 0; n < 100_000; n++) deep = [deep];
    expect(jsonLines('data', deep, NONE)).toHaveLength(5_000);
    expect(jsonMembers(deep, 4)).toEqual([{ key: 0, shown: { kind: 'array', total: 1 } }]);
    expect(jsonMembers(7, 4)).toEqual([]);
  });
});

describe('the lines of an event', () => {
  test('are its data, what it changed and its meta', () => {
    const lines = eventLines(
      { ...moment({ data: { id: 1 }, meta: { by: 'x' } }), changes: [{ path: 'a' }], changesInAll: 9 },
      NONE,
    );
    expect(lines.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      'json data',
      'json data.id',
      'heading changes',
      'change a',
      'more more',
      'json meta',
      'json meta.by',
    ]);
    expect(lines.find(({ kind }) => kind === 'more')).toMatchObject({ changes: 8 });
  });

  test('say nothing of changes where there is no model', () => {
    expect(eventLines(moment({ data: 1 }), NONE, false).map(({ path }) => path)).toEqual(['data']);
  });

  test('are the beginning of what is long', () => {
    const long = { data: { beginning: '{"a":', length: 90_000 } };
    expect(eventLines(moment({ long }), NONE)[0]).toEqual({ kind: 'long', path: 'data', long: long.data });
  });

  test('are there for data that is null, and not for what is absent', () => {
    expect(eventLines(moment({ data: null }), NONE).map(({ path }) => path)).toEqual(['data', 'changes']);
    expect(eventLines({ changes: [], changesInAll: 0 }, NONE)).toEqual([
      { kind: 'heading', path: 'changes', changes: 0 },
    ]);
  });
});
