/** `refold events` in this process: what it selects, against a naive filter; what a terminal gets; and what it refuses. */
import fc from 'fast-check';
import { openLog, openStore, type RecordedEvent } from 'refold';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { chooseTimes } from '../../../src/cli/output/times.ts';
import { sample } from '../../sample.ts';
import { cart } from '../fixtures/cart.ts';
import { runHere } from '../screen.ts';
import { CART, fixture, jsonLines, START, temporaryFolder } from '../support.ts';

const inFolder = temporaryFolder();
const log = inFolder('many.db');
let all: readonly RecordedEvent[];

/** A cart, then prices and items in turn, one commit a minute. Half of the log is sealed. */
beforeAll(async () => {
  let now = START;
  const store = await openStore(cart, { path: log, clock: () => now });
  await store.append({ type: 'CartOpened', data: { cartId: 1, customer: 'Ada \u202e' }, meta: { by: 'web' } });
  for (let price = 1; price <= 20; price++) {
    now += 60_000;
    await store.append([
      { type: 'PriceSet', data: { sku: 'tea', price }, ...(price % 4 === 0 && { meta: { by: 'shop' } }) },
      { type: 'ItemAdded', data: { cartId: 1, sku: 'tea', quantity: 1 } },
    ]);
    if (price === 10) await store.compact();
  }
  await store.close();
  await using reader = await openLog({ path: log });
  all = await Array.fromAsync(reader.events());
});

afterEach(() => chooseTimes({}));

type Holds = (event: any) => boolean;
const CONDITIONS: readonly (readonly [string, Holds])[] = [
  ['data.price >= 15', ({ data }) => data.price >= 15],
  ['type = PriceSet and data.price < 5', ({ type, data }) => type === 'PriceSet' && data.price < 5],
  ['meta.by = shop or sequence <= 3', ({ meta, sequence }) => meta?.by === 'shop' || sequence <= 3],
  ['meta missing', ({ meta }) => meta === undefined],
  ['recordedAt >= 2024-01-31T12:10:00Z', ({ recordedAt }) => recordedAt >= START + 600_000],
  ['data.sku contains "ea" and version = 2', ({ data, version }) => data.sku?.includes('ea') === true && version === 2],
  ['data.nothing exists', () => false],
];

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const number = fc.integer({ min: 1, max: 45 });
const SELECTION = {
  from: maybe(number),
  to: maybe(number),
  types: maybe(fc.constantFrom(['PriceSet'], ['ItemAdded', 'CartOpened'])),
  where: maybe(fc.constantFrom(...CONDITIONS)),
  count: maybe(fc.tuple(fc.constantFrom('limit', 'last'), number)),
} as const;

interface Asked {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly types: readonly string[] | undefined;
  readonly where: readonly [string, Holds] | undefined;
  readonly count: readonly [string, number] | undefined;
}

function optionsOf({ from, to, types = [], where, count }: Asked): string[] {
  const given = { from, to, where: where?.[0], ...(count && { [count[0]]: count[1] }) };
  const options = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
  return [...options, ...types.flatMap((type) => ['--type', type])];
}

function naive({ from = 0, to = 1_000, types, where, count }: Asked, reverse: boolean): number[] {
  const found = all.filter(
    (event) =>
      event.sequence >= from &&
      event.sequence <= to &&
      types?.includes(event.type) !== false &&
      (where?.[1](event) ?? true),
  );
  const ordered = reverse ? found.reverse() : found;
  const sequences = ordered.map(({ sequence }) => sequence);
  if (count === undefined) return sequences;
  // The last ones are those with the highest sequences, in either order.
  const fromEnd = count[0] === 'last' && !reverse;
  return fromEnd ? sequences.slice(-count[1]) : sequences.slice(0, count[1]);
}

async function sequencesOf(args: readonly string[]): Promise<number[]> {
  const { code, stdout, stderr } = await runHere(['events', log, ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return jsonLines(stdout).map(({ sequence }) => sequence);
}

describe('selects what a naive filter selects', () => {
  test('forward and in reverse', async () => {
    const check = async (asked: Asked, reverse: boolean): Promise<void> => {
      const args = [...optionsOf(asked), ...(reverse ? ['--reverse'] : [])];
      expect(await sequencesOf(args)).toEqual(naive(asked, reverse));
    };
    await fc.assert(fc.asyncProperty(fc.record(SELECTION), fc.boolean(), check), { numRuns: sample(150) });
  });

  test('with --follow, up to --to', async () => {
    const selection = fc.record({ ...SELECTION, to: fc.integer({ min: 1, max: 41 }) });
    const check = async (asked: Asked): Promise<void> => {
      expect(await sequencesOf([...optionsOf(asked), '--follow'])).toEqual(naive(asked, false));
    };
    await fc.assert(fc.asyncProperty(selection, check), { numRuns: sample(60) });
  });
});

describe('on a terminal', () => {
  test('prints a table, cut to the width', async () => {
    const { stdout } = await runHere(['events', log, '--limit', '3'], { columns: 80 });
    expect(stdout.split('\n')).toEqual([
      'sequence  time                      type        data',
      '       1  2024-01-31T12:00:00.000Z  CartOpened  {"cartId":1,"customer":"Ada \\u2…',
      '       2  2024-01-31T12:01:00.000Z  PriceSet    {"sku":"tea","price":1}',
      '       3  2024-01-31T12:01:00.000Z  ItemAdded   {"cartId":1,"sku":"tea","quanti…',
      '',
    ]);
  });

  test('--time and --zone', async () => {
    const { stdout } = await runHere(['events', log, '--last=1', '--time=local', '--zone=America/New_York'], {
      columns: 200,
    });
    expect(stdout.split('\n')[1]).toBe(
      '      41  2024-01-31 07:20:00.000  ItemAdded   {"cartId":1,"sku":"tea","quantity":1}',
    );
  });

  test('--json prints JSON lines', async () => {
    const { stdout } = await runHere(['events', log, '--json'], { columns: 80 });
    expect(jsonLines(stdout)).toEqual(all);
  });

  test('says so when there are no such events', async () => {
    expect((await runHere(['events', log, '--from=42'], { columns: 80 })).stdout).toBe('no such events\n');
    expect((await runHere(['events', log, '--from=42'])).stdout).toBe('');
  });

  test('follows in the same table', async () => {
    const { stdout } = await runHere(['events', log, '--follow', '--last=2', '--to=41'], { columns: 80 });
    expect(stdout.match(/^ *(?:sequence|\d+)/gm)).toEqual(['sequence', '      40', '      41']);
  });
});

describe('refuses', () => {
  const occurring = 'The log has ItemAdded (20), PriceSet (20), CartOpened (1)';

  test.each([
    [['--type', 'Sold'], 'UNKNOWN_EVENT_TYPE', `none has the type Sold`, occurring],
    [['--type', 'PriceSet', '--type', 'Sold\u001b'], 'UNKNOWN_EVENT_TYPE', 'none has the type Sold\\u001b', occurring],
    [['--type', 'Sold', '--model', CART], 'UNKNOWN_EVENT_TYPE', 'none has the type Sold', occurring],
    [['--where', 'price > 3'], 'INVALID_OPTION', 'Cannot select events by price', 'Write data.price for'],
    [['--where', 'data.price missing or [3] exists'], 'INVALID_OPTION', 'by [3]: no event has it', 'Write data[3] for'],
    [['--where', 'data.price >'], 'INVALID_OPTION', 'Cannot read the condition data.price >', 'Write it like'],
    [
      ['--last', '3', '--limit', '3'],
      'INVALID_OPTION',
      "cannot be used with option '--limit <count>'",
      'events --help',
    ],
    [['--last', '0'], 'INVALID_OPTION', "argument '0' is invalid", ''],
  ])('%j', async (args, code, message, hint) => {
    const run = await runHere(['events', log, ...args, '--json']);
    expect({ ...run, stdout: JSON.parse(run.stdout) }).toMatchObject({ code: 2, stdout: { error: { code } } });
    const { error } = JSON.parse(run.stdout);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
  });

  test('also in an export, which then leaves no file', async () => {
    for (const option of ['--out', '--sqlite']) {
      const run = await runHere(['export', log, '--type', 'Sold', option, inFolder('none.out')]);
      expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining(occurring) });
    }
  });

  test('not a type that the model of --model knows, or one that --follow waits for', async () => {
    const known = await runHere(['events', log, '--type', 'CartOpened', '--from', '2', '--model', CART]);
    expect(known).toEqual({ code: 0, stdout: '', stderr: '' });
    const never = await runHere(['events', log, '--type', 'OrderPlaced', '--model', fixture('next-cart.ts')]);
    expect(never.code).toBe(2);
    const waits = await runHere(['events', log, '--type', 'Sold', '--follow', '--to', '41']);
    expect(waits).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test('a type in an empty log', async () => {
    const empty = inFolder('empty.db');
    await (await openStore(cart, { path: empty })).close();
    const { code, stderr } = await runHere(['events', empty, '--type', 'PriceSet']);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('no events yet') });
    expect(await runHere(['events', empty, '--type', 'PriceSet', '--model', CART])).toMatchObject({
      code: 0,
      stderr: '',
    });
  });
});

describe('info', () => {
  test('--types counts each type, in text and in JSON', async () => {
    const { stdout } = await runHere(['info', log, '--types']);
    expect(stdout.match(/^type .*/gm)).toEqual([
      'type       ItemAdded   20',
      'type       PriceSet    20',
      'type       CartOpened   1',
    ]);
    const json = JSON.parse((await runHere(['info', log, '--types', '--json'])).stdout);
    expect(json.types).toEqual({ ItemAdded: 20, PriceSet: 20, CartOpened: 1 });
    expect(JSON.parse((await runHere(['info', log, '--json'])).stdout)).not.toHaveProperty('types');
  });

  test('--model says whether each snapshot is usable, or why not', async () => {
    const mine = await runHere(['info', log, '--snapshots', '--model', CART]);
    expect(mine.stdout).toMatch(/^snapshots {2}\d+, \d+ usable$/m);
    expect(mine.stdout).toMatch(/^snapshot {3}at 41, .*, usable$/m);
    const json = JSON.parse((await runHere(['info', log, '--model', CART, '--json'])).stdout);
    expect(json.snapshots[0]).toMatchObject({ sequence: 41, isUsable: true });
    const other = await runHere(['info', log, '--snapshots', '--model', `${fixture('next-cart.ts')}#without`]);
    expect(other.stdout).toMatch(/^snapshot {3}at 41, .*, not usable: .+$/m);
    const without = await runHere(['info', log, '--snapshots']);
    expect(without.stdout).toContain('depends on the model: give --model');
  });

  test('--model of another log is refused', async () => {
    const { code, stdout } = await runHere(['info', log, '--json', '--model', fixture('customers.ts')]);
    expect({ code, error: JSON.parse(stdout).error.code }).toEqual({ code: 2, error: 'MODEL_MISMATCH' });
  });
});
