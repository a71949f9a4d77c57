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
    ['an invalid schema', { events: { Added: { by: 1 } } }, /Added has no zod schema/],
    [
      'a version without its upcasters',
      { events: { Added: { version: 3, schema: Added, upcast: { 1: (d: unknown) => d } } } },
      /upcast from version 2/,
    ],
    ['version zero', { events: { Added: { version: 0, schema: Added } } }, /has version 0/],
    ['a command without decide', { commands: { add: { input: Added } as never } }, /command add/],
    ['a name with a lone surrogate', { name: 'counter\ud800' }, /lone surrogate/],
    ['no events', { events: undefined as never }, /events is not an object/],
    ['events as a Map', { events: new Map() as never }, /events is not an object/],
    ['no reducers', { reducers: undefined as never }, /reducers is not an object/],
    ['an initial state that is not a function', { initialState: { n: 0 } as never }, /initialState is not a function/],
    ['an entry that is null', { events: { Added: null as never } }, /Added has no zod schema/],
    ['a version that is not an integer', { events: { Added: { version: 1.5, schema: Added } } }, /has version 1.5/],
    ['a version that is a symbol', { events: { Added: { version: Symbol('v') as never, schema: Added } } }, /Symbol/],
    ['upcasters that are null', { events: { Added: { version: 2, schema: Added, upcast: null as never } } }, /upcast/],
    ['commands that are null', { commands: null as never }, /commands is not an object/],
    ['a command that is null', { commands: { add: null as never } }, /command add/],
    ['invariants that are an array', { invariants: [] as never }, /invariants is not an object/],
    ['an invariant that is not a function', { invariants: { positive: true as never } }, /invariant positive/],
    ['a model version that is an object', { version: {} as never }, /version is neither/],
    ['a module that is not a string', { module: new URL('file:///m.js') as never }, /module is not a string/],
    [
      'a type whose reducer is only inherited from Object',
      { events: { Added, toString: Added } },
      /toString has no reducer/,
    ],
  ])('refuses %s', (_name, changes, message) => {
    expect(() => defineModel(definition(changes))).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
  });
});

describe('a definition', () => {
  test.each([null, undefined, 7, 'counter', [], () => {}, new Map()])('is refused if it is %j', (given) => {
    expect(() => defineModel(given as never)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
  });

  test('is read once: the error of a getter is the cause, and no getter runs twice', () => {
    const cause = new Error('not now');
    const throwing = {
      ...definition({}),
      get name(): string {
        throw cause;
      },
    };
    expect(() => defineModel(throwing)).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', cause }));
    let asked = 0;
    const counting = { ...definition({}) };
    Object.defineProperty(counting, 'name', { enumerable: true, get: () => `counter ${(asked += 1)}` });
    const model = defineModel(counting);
    expect([model.name, model.name, asked]).toEqual(['counter 1', 'counter 1', 1]);
  });

  test.each(['constructor', 'toString', '__proto__', 'then', ''])(
    'may have the event type %j, with its own reducer',
    (type) => {
      const reducers = Object.fromEntries([[type, () => {}]]);
      const model = defineModel(definition({ events: Object.fromEntries([[type, Added]]), reducers }));
      expect([...model.types.keys()]).toEqual([type]);
    },
  );

  test('may keep its reducers in a class', () => {
    class Reducers {
      Added(): void {}
    }
    expect(defineModel(definition({ reducers: new Reducers() as never })).types.size).toBe(1);
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
