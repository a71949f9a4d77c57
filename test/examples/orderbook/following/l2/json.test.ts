import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKrakenUpdate } from '../../../../../examples/orderbook/feeds/following/l2/kraken-updates.ts';
import { MessageProblem } from '../../../../../examples/orderbook/feeds/following/l2/messages.ts';
import { decode } from '../../../../../examples/orderbook/feeds/following/l2/venues.ts';
import { JsonProblem, parseJson } from '../../../../../examples/orderbook/feeds/reading/json.ts';
import { KRAKEN_ALGO, KRAKEN_BTC } from './recorded.ts';

/** A value in which each number is its text. */
function withTexts(value: unknown): unknown {
  if (typeof value === 'number') return JSON.stringify(value);
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withTexts(member)]));
}

describe('JSON', () => {
  test('is what JSON.parse says, with numbers as texts', () => {
    const json = fc.json({ maxDepth: 5, noUnicodeString: false }).filter((text) => !text.includes('"__proto__"'));
    fc.assert(
      fc.property(json, fc.nat(3), (text, spaces) => {
        const spaced = JSON.stringify(JSON.parse(text), null, spaces);
        expect(parseJson(spaced)).toEqual(withTexts(JSON.parse(spaced)));
      }),
      { numRuns: 500 },
    );
  });

  test('keeps the digits of numbers', () => {
    expect(parseJson('{"price":0.10000000,"qty":1E-9,"id":12345678901234567890,"zero":-0.0}')).toEqual({
      price: '0.10000000',
      qty: '1E-9',
      id: '12345678901234567890',
      zero: '-0.0',
    });
  });

  test('is refused where JSON.parse refuses it, at a place within the text', () => {
    const base = '{"a":[1.50,"x\\n",true,null,{"b":-2e5}],"c":""}';
    const edits = fc.tuple(fc.nat(base.length), fc.nat(2), fc.constantFrom('', ...'{}[],:"\\0019.e-+ tn\u0001'));
    fc.assert(
      fc.property(edits, ([at, removed, added]) => {
        const text = base.slice(0, at) + added + base.slice(at + removed);
        const value = parseJson(text);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        expect(value instanceof JsonProblem).toBe(!isJson);
        if (!(value instanceof JsonProblem)) return;
        expect(value.at).toBeGreaterThanOrEqual(0);
        expect(value.at).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['{"a":1', 'it ends too early', 6],
    ['{"a":01}', 'it cannot go on with "1"', 6],
    ['{"a" 1}', 'it cannot go on with "1"', 5],
    ['[1,2', 'it ends too early', 4],
    ['"abc', 'a string without an end', 0],
    ['', 'it ends too early', 0],
    ['{"a":1} x', 'it cannot go on with "x"', 8],
    ['['.repeat(40), 'nested deeper than 32', 32],
  ])('%s', (text, problem, at) => {
    expect(parseJson(text)).toEqual(new JsonProblem(problem, at));
  });

  test('has no member that changes what objects are', () => {
    const value = parseJson('{"__proto__":{"polluted":"yes"},"a":1}') as Record<string, unknown>;
    expect(value.polluted).toBeUndefined();
    expect(value).toEqual({ a: '1' });
  });
});

describe("Kraken's updates, read without a parse", () => {
  const updates = [
    ...KRAKEN_BTC.slice(1),
    KRAKEN_ALGO[1]!.replace('}]}', ',"timestamp":"2024-10-03T02:46:57.050170Z"}]}'),
  ];

  test('are what the parser says', () => {
    for (const line of updates) {
      expect(readKrakenUpdate(line)).toEqual(decode(parseJson(line) as never)[0]);
      expect(readKrakenUpdate(line)).toBeDefined();
    }
  });

  test('are left to the parser wherever it would say something else', () => {
    const random = fc.tuple(
      fc.constantFrom(...updates),
      fc.nat(),
      fc.nat(2),
      fc.constantFrom('', ...'0019.e-,]}"x{\\'),
    );
    fc.assert(
      fc.property(random, ([line, place, removed, added]) => {
        const at = place % line.length;
        const edited = line.slice(0, at) + added + line.slice(at + removed);
        const fast = attempt(() => readKrakenUpdate(edited));
        if (fast === undefined) return;
        const slow = attempt(() => {
          const json = parseJson(edited);
          return json instanceof JsonProblem ? 'not JSON' : decode(json)[0];
        });
        expect(fast).toEqual(slow);
      }),
      { numRuns: 5_000 },
    );
  });
});

function attempt(job: () => unknown): unknown {
  try {
    return job();
  } catch (error) {
    if (error instanceof MessageProblem) return error;
    throw error;
  }
}
