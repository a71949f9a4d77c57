import { expect, test } from 'vitest';
import { canonicalEvents, parseEvents } from '../../../src/redis/protocol/keyspace-events.ts';

test('the parameter is given back in its canonical form', () => {
  const forms: readonly (readonly [string, string | undefined])[] = [
    ['', ''],
    ['KEA', 'AKE'],
    ['g$lshzxetd', 'A'],
    ['gxn', 'gxn'],
    ['nm', 'nm'],
    ['KEg$lshzxetdmnA', 'AnKEm'],
    ['dt', 'td'],
    ['xeg', 'gxe'],
    ['Kg g', undefined],
    ['q', undefined],
  ];
  for (const [text, canonical] of forms) expect(canonicalEvents(text), text).toBe(canonical);
});

test('A stands for all classes but misses and new keys', () => {
  const wanted = parseEvents('KA')!;
  expect([...'g$lshzxetd'].filter((letter) => !wanted.classes.has(letter))).toEqual([]);
  expect([...'mn'].filter((letter) => wanted.classes.has(letter))).toEqual([]);
  expect([wanted.byKey, wanted.byEvent]).toEqual([true, false]);
});
