/** The URL of a log in PostgreSQL on the command line: every part, and no password in what is printed or refused. */
import { describe, expect, test } from 'vitest';
import { isLogUrl, parseLogUrl } from '../../../src/cli/input/log-url.ts';
import { RefoldError } from '../../../src/index.ts';

test.each([
  ['postgres://db/shop', true],
  ['postgresql://db/shop', true],
  ['POSTGRES://db/shop', true],
  [' postgres://db/shop', true],
  ['postgres:shop', true],
  ['book.db', false],
  ['./postgres.db', false],
  ['postgres.db', false],
  ['http://postgres:1/', false],
  ['', false],
])('%j is the URL of a log: %s', (text, expected) => {
  expect(isLogUrl(text)).toBe(expected);
});

describe('the parts', () => {
  test.each<[string, ReturnType<typeof parseLogUrl>]>([
    [
      'postgres://app@db/shop',
      { url: 'postgres://app@db/shop', name: undefined, schema: undefined, shown: 'postgres://app@db/shop' },
    ],
    [
      'postgres://app:hush@db:5433/shop?log=orders&schema=sales',
      {
        url: 'postgres://app:hush@db:5433/shop',
        name: 'orders',
        schema: 'sales',
        shown: 'postgres://app@db:5433/shop?log=orders&schema=sales',
      },
    ],
    [
      'postgresql://app@db/shop?sslmode=verify-full&log=a%20b%26c',
      {
        url: 'postgresql://app@db/shop?sslmode=verify-full',
        name: 'a b&c',
        schema: undefined,
        shown: 'postgresql://app@db/shop?sslmode=verify-full&log=a+b%26c',
      },
    ],
    [
      'postgres://db/shop?password=hush&sslpassword=hush&log=x',
      {
        url: 'postgres://db/shop?password=hush&sslpassword=hush',
        name: 'x',
        schema: undefined,
        shown: 'postgres://db/shop?log=x',
      },
    ],
    [
      'postgres://app:h%40sh@[::1]/shop?log=',
      { url: 'postgres://app:h%40sh@[::1]/shop', name: '', schema: undefined, shown: 'postgres://app@[::1]/shop?log=' },
    ],
  ])('of %s', (text, expected) => {
    expect(parseLogUrl(text)).toEqual(expected);
  });

  test('are the same when what is printed is given again', () => {
    for (const text of [
      'postgres://a@db/x?log=a%20b&schema=s',
      'postgres://a@db/x?log=%F0%9F%9C%82%00',
      'postgres://db/x?log=%2F%3F%23',
    ]) {
      const { name, schema, shown } = parseLogUrl(text);
      expect(parseLogUrl(shown)).toMatchObject({ name, schema, shown });
    }
  });
});

test.each([
  ['not a URL', 'postgres://app:hush@db:port/shop'],
  ['not a URL', 'postgres://app:hush@db:99999/shop'],
  ['twice', 'postgres://app:hush@db/shop?log=a&log=b'],
  ['twice', 'postgres://app:hush@db/shop?schema=a&schema=b'],
  ['after #', 'postgres://app:hush@db/shop#hush'],
])('is refused because it is %s, without the password: %s', (why, text) => {
  let refusal: unknown;
  try {
    parseLogUrl(text);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(RefoldError);
  expect(refusal).toMatchObject({ code: 'INVALID_OPTION', type: 'log', message: expect.stringContaining(why) });
  expect(JSON.stringify(refusal) + String((refusal as Error).stack)).not.toContain('hush');
});
