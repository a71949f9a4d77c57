import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { isRefoldError, RefoldError, reviveError } from '../../src/core/errors.ts';
import { defineModel, type ModelDefinition } from '../../src/core/model.ts';

const Added = z.object({ by: z.int() });

function definition(
  changes: Partial<ModelDefinition<{ n: number }, any, any>>,
): ModelDefinition<{ n: number }, any, any> {
  return { name: 'counter', events: { Added }, initialState: () => ({ n: 0 }), reducers: { Added() {} }, ...changes };
}

describe('defineModel', () => {
  test('normalises a bare schema to version 1', () => {
    expect(defineModel(definition({})).types.get('Added')).toEqual({
      type: 'Added',
      version: 1,
      schema: Added,
      upcast: {},
    });
  });

  test.each<[string, Partial<ModelDefinition<{ n: number }, any, any>>, RegExp]>([
    ['an empty name', { name: '' }, /needs a name/],
    ['an event type without reducer', { reducers: {} }, /Added has no reducer/],
    ['a reducer without event type', { reducers: { Added() {}, Removed() {} } }, /Removed has no event type/],
    ['a schema that is none', { events: { Added: { by: 1 } } }, /Added has no zod schema/],
    [
      'a version without its upcasters',
      { events: { Added: { version: 3, schema: Added, upcast: { 1: (d: unknown) => d } } } },
      /upcast from version 2/,
    ],
    ['version zero', { events: { Added: { version: 0, schema: Added } } }, /has version 0/],
    ['a command without decide', { commands: { add: { input: Added } as never } }, /command add/],
  ])('refuses %s', (_name, changes, message) => {
    expect(() => defineModel(definition(changes))).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
  });
});

describe('RefoldError', () => {
  test('crosses a thread as plain JSON and comes back the same', () => {
    const error = new RefoldError('LOG_CORRUPT', 'Cannot read', {
      path: 'a.db',
      sequence: 7,
      hint: 'Restore',
      cause: new Error('x'),
    });
    const revived = reviveError(JSON.parse(JSON.stringify(error)));
    expect(revived).toMatchObject({
      code: 'LOG_CORRUPT',
      message: 'Cannot read',
      path: 'a.db',
      sequence: 7,
      hint: 'Restore',
    });
    expect(isRefoldError(revived, 'LOG_CORRUPT')).toBe(true);
    expect(isRefoldError(revived, 'LOG_FULL')).toBe(false);
  });
});
