/** How refold reads any thrown value. */
import { describe, expect, test } from 'vitest';
import { isInstance, isRefoldError, messageOf, RefoldError, reviveError, stackOf } from '../../src/core/errors.ts';
import { STRANGE } from '../strange-values.ts';

describe.each(STRANGE)('%s', (_name, make) => {
  test('has a text', () => {
    expect(messageOf(make())).toEqual(expect.any(String));
    expect(stackOf(make())).toEqual(expect.any(String));
  });

  test('is not a RefoldError, nor an instance of any other class', () => {
    expect(isRefoldError(make())).toBe(false);
    expect(isRefoldError(make(), 'LOG_FULL')).toBe(false);
    expect(isInstance(make(), RefoldError)).toBe(false);
  });

  test('may be the cause of a RefoldError, which stays plain JSON', () => {
    const cause = make();
    const error = new RefoldError('REDUCER_FAILED', 'Cannot fold', { cause });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ code: 'REDUCER_FAILED', message: 'Cannot fold' });
    expect(Object.is(reviveError(error.toJSON(), cause).cause, cause)).toBe(true);
  });
});

describe('the text', () => {
  test.each([
    [new Error('boom'), 'boom'],
    ['boom', 'boom'],
    [undefined, 'undefined'],
    [new RangeError(), 'RangeError'],
    [{ message: 'of another realm' }, 'of another realm'],
    [{ code: 42 }, '{ code: 42 }'],
    [Symbol('tea'), 'Symbol(tea)'],
    [10n, '10'],
    [Object.create(null), '[Object: null prototype] {}'],
  ])('of %o', (thrown, text) => {
    expect(messageOf(thrown)).toBe(text);
  });

  test('is bounded', () => {
    expect(messageOf('x'.repeat(1_000_000)).length).toBeLessThan(20_000);
  });
});

test('issues with bigints and symbols are plain JSON', () => {
  const issues = [{ code: 'too_big', message: 'too big', path: ['a', Symbol('b'), 3], maximum: 10n }];
  const error = new RefoldError('EVENT_REJECTED', 'Cannot append', { issues });
  expect(JSON.parse(JSON.stringify(error)).issues).toEqual([
    { code: 'too_big', message: 'too big', path: ['a', 'Symbol(b)', 3], maximum: '10' },
  ]);
  expect(structuredClone(error.toJSON())).toEqual(error.toJSON());
});
