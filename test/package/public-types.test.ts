/**
 * A program can import every type that a signature of the package names, and every exported type is named by a
 * signature.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type PublicTypes, readPublicTypes } from './public-types.ts';

const { folder } = inject('consumer');
const installed = join(folder, 'node_modules/refold');

/** Each door with the file that declares it. */
const doors: [name: string, file: string][] = Object.entries<{ types?: string }>(
  JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).exports,
).flatMap(([name, { types }]) => (types === undefined ? [] : [[name, join(installed, types)]]));

/** Types that programs ask for, and that no signature needs: they take a model's or a store's type apart. */
const QUESTIONS = ['CatalogOf', 'StateOf', 'StoreOf'];

describe.each(doors)('the door %s', (_door, file) => {
  test('gives every type that its signatures name', () => {
    // A class is a value and a type at once, so the values of the other doors count too.
    const others = doors.map(([, other]) => readPublicTypes(other));
    const known = new Set(others.flatMap(({ types, values }) => [...types, ...values]));
    const missing = readPublicTypes(file).missing.filter((what) => !known.has(what.split(',')[0]!));
    expect(missing).toEqual([]);
  });

  test('gives no type that nothing names', () => {
    const named = new Set(doors.flatMap(([, other]) => readPublicTypes(other).named));
    const unnamed = readPublicTypes(file).types.filter((type) => !named.has(type) && !QUESTIONS.includes(type));
    expect(unnamed).toEqual([]);
  });
});

test('the values of the front door are these', () => {
  expect(readPublicTypes(doors.find(([name]) => name === '.')![1]).values).toEqual(
    expect.arrayContaining([
      ...[
        'Deque',
        'EventLog',
        'MemoryContents',
        'OrderedMap',
        'RefoldError',
        'ascending',
        'closeOnSignal',
        'defineModel',
      ],
      ...['defineProjection', 'descending', 'hashState', 'importEvents', 'isRefoldError', 'openLog', 'openMemoryLog'],
      ...['openStore', 'plain', 'reject', 'repairLog', 'replay', 'stateAt'],
    ]),
  );
});

describe('reading declarations', () => {
  let place: string;
  beforeAll(() => {
    place = mkdtempSync(join(tmpdir(), 'refold-types-'));
  });
  afterAll(() => rmSync(place, { recursive: true }));

  const read = (door: string, other: string): PublicTypes => {
    writeFileSync(join(place, 'door.d.ts'), door);
    writeFileSync(join(place, 'other.d.ts'), other);
    return readPublicTypes(join(place, 'door.d.ts'));
  };

  test('finds what is missing, what is not named, and what a definition keeps to itself', () => {
    const found = read(
      `export { type Options, make, Thing } from './other.ts';
export type { Alone } from './other.ts';
`,
      `import type { z } from 'zod';
type Step = {
    readonly inner: Inner;
};
/** Names Comment, which is not a type. */
export interface Options {
    readonly 'quoted Words'?: string;
    readonly step: Step;
}
export interface Inner {
}
export interface Parts {
}
export type Alone = 'Text';
export declare class Thing {
    #private;
    constructor(parts: Parts);
    private readonly hidden: Alone;
}
export declare function make(options: Options): z.ZodType;
`,
    );
    expect(found).toEqual({
      values: ['Thing', 'make'],
      types: ['Alone', 'Options'],
      missing: ['Inner, named by Options', 'Parts, named by Thing'],
      named: ['Inner', 'Options', 'Parts', 'Step'],
    });
  });

  test('asks nothing about the making of a class that is exported as a type', () => {
    const other = `export interface Parts {
}
export declare class Thing {
    constructor(parts: Parts);
    method(): void;
}
`;
    expect(read("export type { Thing } from './other.ts';\n", other).missing).toEqual([]);
  });
});
