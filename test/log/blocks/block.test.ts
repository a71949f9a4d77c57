import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefoldError } from '../../../src/core/errors.ts';
import type { Json } from '../../../src/core/event.ts';
import { copyPayload } from '../../../src/core/guard.ts';
import {
  chainAfter,
  checksumOf,
  decodeBlock,
  decodeKinds,
  EMPTY_CHAIN,
  encodeCommit,
  encodeOpenBlock,
  encodeSealedBlock,
  type StoredEvent,
} from '../../../src/log/blocks/block.ts';
import { readSealedPrefix, SEALED_PREFIX_BYTES } from '../../../src/log/blocks/sealed-block.ts';
import type { Block } from '../../../src/log/log-store.ts';
import { sample } from '../../sample.ts';

/** An open block of these commits, from `first` on; the commits are `gap` ms apart. */
function openBlock(commits: readonly (readonly StoredEvent[])[], first = 1, gap = 7): Block {
  const queued = commits.map((events, index) => ({
    events: events.length,
    recordedAt: 1_700_000_000_000 + index * gap,
    json: encodeCommit(events),
  }));
  const payload = encodeOpenBlock(queued);
  const lastSequence = first + commits.flat().length - 1;
  const header = { firstSequence: first, lastSequence, recordedAt: 1_700_000_000_000 };
  const chain = chainAfter(EMPTY_CHAIN, { ...header, checksum: checksumOf(payload) });
  return { ...header, encoding: 'open', bytes: Buffer.byteLength(payload), payload, chain };
}

function seal(open: Block): Block & { payload: Uint8Array } {
  const { events, commitEnds } = decodeBlock(open);
  const payload = encodeSealedBlock(events, commitEnds, { startChain: EMPTY_CHAIN, endChain: open.chain }, open.bytes);
  return { ...open, encoding: 'sealed', bytes: payload.byteLength, payload };
}

/** Type and time of each event, as the events say it and as `decodeKinds` says it. */
function toldTwice(block: Block): [string[], string[]] {
  const { types, typeOf, commitSizes, commitTimes } = decodeKinds(block);
  const times = commitSizes.flatMap((size, commit) => Array<number>(size).fill(commitTimes[commit]!));
  return [
    decodeBlock(block).events.map(({ type, recordedAt }) => `${type} ${recordedAt}`),
    times.map((time, at) => `${types[typeOf[at]!]} ${time}`),
  ];
}

/** The kinds of a payload that may be damaged agree with its events. Kinds may be sound where data is damaged. */
function expectKindsToAgree(block: Block): void {
  expect([undefined, 'LOG_CORRUPT']).toContain(codeOf(block, decodeKinds));
  if (codeOf(block) !== undefined) return;
  const [events, kinds] = toldTwice(block);
  expect(kinds).toEqual(events);
}

/** JSON with the order of its keys: what `toEqual` alone would not compare. */
const exactly = (value: unknown) => JSON.stringify(value);

describe('an open block', () => {
  test('is JSON that a person can read', () => {
    const block = openBlock([
      [{ type: 'A', version: 1, data: { x: 1 } }],
      [
        { type: 'B', version: 2, data: null, meta: { by: 'ada' } },
        { type: 'A', version: 1, data: [] },
      ],
    ]);
    expect(block.payload).toBe('[[0,0,[["A",1,{"x":1}]]],[1,7,[["B",2,null,{"by":"ada"}],["A",1,[]]]]]');
  });

  test('decodes to recorded events, meta only where an event has it', () => {
    const block = openBlock([[{ type: 'A', version: 1, data: 1 }], [{ type: 'B', version: 2, data: 2, meta: {} }]], 41);
    expect(decodeBlock(block)).toStrictEqual({
      events: [
        { sequence: 41, recordedAt: 1_700_000_000_000, type: 'A', version: 1, data: 1 },
        { sequence: 42, recordedAt: 1_700_000_000_007, type: 'B', version: 2, data: 2, meta: {} },
      ],
      commitEnds: [41, 42],
    });
  });
});

describe('both forms of a block', () => {
  const commits = [
    [
      { type: 'Added', version: 1, data: { n: 1 } },
      { type: 'Removed', version: 1, data: { n: 2 }, meta: { by: 'ada' } },
    ],
    [{ type: 'Added', version: 2, data: { n: 3 }, meta: { by: 'eve' } }],
    [{ type: 'Added', version: 1, data: { n: 4 } }],
  ];

  test.each([
    ['open', openBlock(commits, 10)],
    ['sealed', seal(openBlock(commits, 10))],
  ])('%s: decoding only some types keeps their sequences and every commit', (_, block) => {
    const added = decodeBlock(block, new Set(['Added']));
    expect(added.events.map((event) => [event.sequence, event.version, event.meta])).toEqual([
      [10, 1, undefined],
      [12, 2, { by: 'eve' }],
      [13, 1, undefined],
    ]);
    expect(added.commitEnds).toEqual([11, 12, 13]);
    expect(decodeBlock(block, new Set()).events).toEqual([]);
    expect(decodeBlock(block, new Set(['Removed'])).events).toMatchObject([{ sequence: 11, data: { n: 2 } }]);
  });

  test.each([
    ['open', openBlock(commits)],
    ['sealed', seal(openBlock(commits))],
  ])('%s: decoded events are new objects and may be changed', (_, block) => {
    const [event] = decodeBlock(block).events as { data: { n: number } }[];
    event!.data.n = 99;
    expect(decodeBlock(block).events[0]!.data).toEqual({ n: 1 });
  });

  test.each([
    ['open', openBlock(commits)],
    ['sealed', seal(openBlock(commits))],
  ])('%s: the types and times are known without the data', (_, block) => {
    const [events, kinds] = toldTwice(block);
    expect(kinds).toEqual(events);
    expect(decodeKinds(block)).toMatchObject({ commitSizes: [2, 1, 1] });
  });

  test('a sealed block does not decode types that were not requested', () => {
    const rare = { type: 'Rare', version: 1, data: { n: 1 } };
    const block = seal(
      openBlock([[rare, ...Array.from({ length: 500 }, (_, n) => ({ type: 'Often', version: 1, data: [n] }))]]),
    );
    const broken = rewriteContent(block, (content) => content.fill(0xc1, content.length - 50)); // the last of Often
    expect(decodeBlock(broken, new Set(['Rare'])).events).toHaveLength(1);
    expect(() => decodeBlock(broken)).toThrowError(expect.objectContaining({ code: 'LOG_CORRUPT' }));
  });
});

describe('sealing', () => {
  test('keeps order-book events in a few bytes each', () => {
    const events = Array.from({ length: 16_000 }, (_, n) => ({
      type: n % 3 === 0 ? 'OrderCancelled' : 'OrderAccepted',
      version: 1,
      data: {
        orderId: n,
        side: n % 7 < 3 ? 'buy' : 'sell',
        price: 585_000 + ((n * 7_919) % 331),
        quantity: (n * 31) % 97,
      },
    }));
    const open = openBlock(events.map((event) => [event]));
    expect(seal(open).bytes / events.length).toBeLessThan(12);
  });

  test('returns the same data for any payload that the guard accepts', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('', '0', '1', '4294967295', '-1', '\ufeff', 'a b', 'toString', 'length', 'ключ', '\u2028'),
    );
    const number = fc.oneof(
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.constantFrom(2 ** 31, 2 ** 32, -(2 ** 31) - 1, 2 ** 53, 2 ** 63, 2 ** 64, 1e308, 5e-324, -128, -129, 0.1),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.constantFrom('\ufeff', '\ufeffx', `\ufeff${'y'.repeat(100)}`, '\u0000', 'é'.repeat(70), '😀'.repeat(40)),
    );
    const { json } = fc.letrec<{ json: unknown }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'json' },
        fc.oneof(number, text, fc.boolean(), fc.constant(null)),
        fc.array(tie('json'), { maxLength: 5, depthIdentifier: 'json' }),
        fc.dictionary(key, tie('json'), { maxKeys: 5, depthIdentifier: 'json' }),
      ),
    }));
    const event = fc.record({
      type: fc.constantFrom('A', 'B', 'Ü', ''),
      version: fc.constantFrom(1, 2, 300),
      data: json,
      meta: fc.option(fc.dictionary(key, json, { maxKeys: 3 }), { nil: undefined, freq: 2 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.array(event, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        (commits) => {
          const guarded = acceptable(commits);
          fc.pre(guarded !== undefined);
          const open = openBlock(guarded);
          expect(exactly(decodeBlock(seal(open)))).toBe(exactly(decodeBlock(open)));
        },
      ),
      { numRuns: sample(400) },
    );
  });

  test.each<[string, Json]>([
    ['nesting to the guard’s limit', nested(62)],
    ['keys in an unusual order', { b: 1, a: 2, 10: 3, 9: 4, '': 5 }],
    ['a byte order mark in front', '\ufeffprice'],
    ['a byte order mark in front of a long text', `\ufeff${'price '.repeat(50)}`],
    ['a byte order mark as a key', { '\ufeff': 1 }],
    ['many shapes', Array.from({ length: 300 }, (_, n) => ({ [`key${n}`]: n, [`other${n % 7}`]: null }))],
    ['a shape inside the same shape', { left: { left: { left: null, right: 1 }, right: 2 }, right: 3 }],
    ['numbers around every limit', [2 ** 31, 2 ** 32 - 1, 2 ** 32, -(2 ** 31), 2 ** 53 - 1, -(2 ** 53), 2 ** 64, 1e21]],
    ['empty values', [[], {}, '', [[]], [{}]]],
    ['an array of holes filled with null', [null, null, [null]]],
    ['a long list', Array.from({ length: 70_000 }, (_, n) => n)],
  ])('%s', (_, data) => {
    const open = openBlock([
      [
        { type: 'A', version: 1, data },
        { type: 'A', version: 1, data },
      ],
    ]);
    expect(exactly(decodeBlock(seal(open)))).toBe(exactly(decodeBlock(open)));
  });

  test('supports hundreds of types', () => {
    const events = Array.from({ length: 700 }, (_, n) => ({ type: `Type${n % 350}`, version: (n % 350) + 1, data: n }));
    const open = openBlock([events.slice(0, 300), events.slice(300)]);
    expect(decodeBlock(seal(open))).toEqual(decodeBlock(open));
  });

  test('puts the block’s place and the chain at both ends into the payload', () => {
    const open = openBlock([[{ type: 'A', version: 1, data: 1 }]], 2 ** 40);
    expect(readSealedPrefix(seal(open).payload)).toMatchObject({
      firstSequence: 2 ** 40,
      lastSequence: 2 ** 40,
      openBytes: open.bytes,
      startChain: EMPTY_CHAIN,
      endChain: open.chain,
    });
  });
});

describe('a malformed payload ends in LOG_CORRUPT', () => {
  const open = openBlock([
    [{ type: 'A', version: 1, data: { n: 1 } }],
    [{ type: 'B', version: 1, data: 'x', meta: {} }],
  ]);
  const sealed = seal(open);

  test.each([
    '',
    'null',
    '{}',
    '[1]',
    '[[0,0]]',
    '[[0,0,{}]]',
    '[[1,0,[["A",1,1],["A",1,1]]]]',
    '[[0,-1,[["A",1,1],["A",1,1]]]]',
    '[[0,0.5,[["A",1,1],["A",1,1]]]]',
    '[[0,5,[["A",1,1],["A",1,1]]]]',
    '[[0,0,[["A",1,1]]],[1,9007199254740991,[["A",1,1]]]]',
    '[[0,0,[["A",1,1]]]]',
    '[[0,0,[["A",1,1],["A",1,1],["A",1,1]]]]',
    '[[0,0,[["A",1],["A",1,1]]]]',
    '[[0,0,[[7,1,1],["A",1,1]]]]',
    '[[0,0,[["A","1",1],["A",1,1]]]]',
    '[[0,0,[["A",1,1,{},5],["A",1,1]]]]',
    '[[0,0,[["A",1,1],["A",1,1]]]',
  ])('open: %s', (payload) => {
    expect(() => decodeBlock({ ...open, payload })).toThrowError(
      expect.objectContaining({ code: 'LOG_CORRUPT', sequence: 1, hint: expect.any(String) }),
    );
  });

  test('open: decreasing times', () => {
    const three = { ...open, lastSequence: 3 };
    const payload = (second: number, third: number): string =>
      `[[0,0,[["A",1,1]]],[1,${second},[["A",1,1]]],[2,${third},[["A",1,1]]]]`;
    expect(decodeBlock({ ...three, payload: payload(7, 7) }).events.map(({ recordedAt }) => recordedAt)).toEqual([
      1_700_000_000_000, 1_700_000_000_007, 1_700_000_000_007,
    ]);
    expect(() => decodeBlock({ ...three, payload: payload(7, 6) })).toThrowError(/malformed/);
  });

  test('sealed: the payload of another place', () => {
    expect(() => decodeBlock({ ...sealed, firstSequence: 2, lastSequence: 3 })).toThrowError(/malformed/);
    expect(() => decodeBlock({ ...sealed, lastSequence: 3 })).toThrowError(/malformed/);
  });

  test('sealed: a payload truncated to any length', () => {
    for (let length = 0; length < sealed.payload.length; length++) {
      expect(codeOf({ ...sealed, payload: sealed.payload.subarray(0, length) })).toBe('LOG_CORRUPT');
    }
  });

  test('sealed: a false size does not cause an allocation', () => {
    const payload = Uint8Array.from(sealed.payload);
    new DataView(payload.buffer).setUint32(4, 0xffffffff, true);
    expect(codeOf({ ...sealed, payload })).toBe('LOG_CORRUPT');
    new DataView(payload.buffer).setUint32(4, 500_000_000, true);
    expect(codeOf({ ...sealed, payload })).toBe('LOG_CORRUPT');
  });

  test('sealed: a frame whose content is larger than it declares', () => {
    const bomb = zlib.zstdCompressSync(Buffer.alloc(50_000_000));
    const payload = Buffer.concat([sealed.payload.subarray(0, SEALED_PREFIX_BYTES), bomb]);
    expect(codeOf({ ...sealed, payload })).toBe('LOG_CORRUPT');
  });

  test('any flipped bit: an error, or the same events', () => {
    const intact = exactly(decodeBlock(sealed));
    for (let bit = 0; bit < sealed.payload.length * 8; bit++) {
      const payload = Uint8Array.from(sealed.payload);
      payload[bit >> 3] = payload[bit >> 3]! ^ (1 << (bit & 7));
      const block = { ...sealed, payload };
      // The chains and the size as open text are for readers of the prefix; the payload's checksum covers them.
      if (codeOf(block) === undefined) expect(exactly(decodeBlock(block))).toBe(intact);
      expectKindsToAgree(block);
    }
  });

  test('sealed: any content behind a valid prefix and frame', () => {
    const edit = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const block = rewriteContent(sealed, (content) => {
          for (const { at, value } of edits) content[at % content.length] = value;
        });
        expect([undefined, 'LOG_CORRUPT']).toContain(codeOf(block));
        expectKindsToAgree(block);
      }),
      { numRuns: sample(2_000) },
    );
  });

  test('open: any text', () => {
    const text = String(open.payload);
    fc.assert(
      fc.property(fc.nat(text.length), fc.nat(5), fc.string({ maxLength: 5 }), (at, cut, put) => {
        const payload = text.slice(0, at) + put + text.slice(at + cut);
        expect([undefined, 'LOG_CORRUPT']).toContain(codeOf({ ...open, payload }));
        expectKindsToAgree({ ...open, payload });
      }),
      { numRuns: sample(2_000) },
    );
  });
});

describe('checksum and chain', () => {
  test('a chain depends on everything before it', () => {
    const block = { checksum: 1, firstSequence: 1, lastSequence: 5, recordedAt: 9 };
    const chain = chainAfter(EMPTY_CHAIN, block);
    expect(chain).toMatch(/^[0-9a-f]{32}$/);
    const others = [
      chainAfter(chain, block),
      chainAfter(EMPTY_CHAIN, { ...block, checksum: 2 }),
      chainAfter(EMPTY_CHAIN, { ...block, firstSequence: 2 }),
      chainAfter(EMPTY_CHAIN, { ...block, lastSequence: 6 }),
      chainAfter(EMPTY_CHAIN, { ...block, recordedAt: 10 }),
    ];
    expect(new Set([chain, ...others]).size).toBe(6);
  });

  test('the checksum of a text is that of its bytes', () => {
    expect(checksumOf('ü😀')).toBe(checksumOf(Buffer.from('ü😀')));
    expect(checksumOf('123456789')).toBe(0xcbf43926);
  });
});

/** The events as the guard would pass them, or undefined when it refuses one. */
function acceptable(commits: readonly (readonly { data: unknown; meta: unknown }[])[]): StoredEvent[][] | undefined {
  try {
    return commits.map((events) =>
      events.map(({ data, meta, ...event }) => ({
        ...(event as unknown as StoredEvent),
        data: copyPayload(data, 'data', false),
        ...(meta === undefined ? {} : { meta: copyPayload(meta, 'meta', false) as { [key: string]: Json } }),
      })),
    );
  } catch {
    return undefined;
  }
}

function nested(levels: number): Json {
  return levels === 0 ? 'deep' : levels % 2 === 0 ? [nested(levels - 1)] : { in: nested(levels - 1) };
}

function codeOf(block: Block, decode: (block: Block) => unknown = decodeBlock): string | undefined {
  try {
    decode(block);
    return undefined;
  } catch (error) {
    return isRefoldError(error) ? error.code : `not a RefoldError: ${error}`;
  }
}

/** The block with its content changed and soundly packed again. */
function rewriteContent(block: Block & { payload: Uint8Array }, change: (content: Uint8Array) => void): Block {
  const content = zlib.zstdDecompressSync(block.payload.subarray(SEALED_PREFIX_BYTES));
  change(content);
  const frame = zlib.zstdCompressSync(content);
  return { ...block, payload: Buffer.concat([block.payload.subarray(0, SEALED_PREFIX_BYTES), frame]) };
}

describe('ids of commits', () => {
  const commits = (ids: readonly (string | undefined)[]) =>
    ids.map((commandId, index) => ({
      events: 2,
      recordedAt: 1_000 + index,
      json: encodeCommit([
        { type: 'A', version: 1, data: index },
        { type: 'B', version: 1, data: null, meta: { index } },
      ]),
      commandId,
    }));

  function blockWith(ids: readonly (string | undefined)[]): Block {
    const payload = encodeOpenBlock(commits(ids));
    const header = { firstSequence: 1, lastSequence: 2 * ids.length, recordedAt: 1_000 };
    const chain = chainAfter(EMPTY_CHAIN, { ...header, checksum: checksumOf(payload) });
    return { ...header, encoding: 'open', bytes: Buffer.byteLength(payload), payload, chain };
  }

  test('stand after the events in an open block', () => {
    const payload = encodeOpenBlock(commits(['c-1', undefined]));
    expect(payload).toBe(
      '[[0,0,[["A",1,0],["B",1,null,{"index":0}]],{"id":"c-1"}],[2,1,[["A",1,1],["B",1,null,{"index":1}]]]]',
    );
  });

  test('are on every event of the commit, open and sealed, after meta', () => {
    const ids = fc.array(fc.option(fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(ids, (given) => {
        const wellFormed = given.map((id) => id?.toWellFormed());
        const open = blockWith(wellFormed);
        const { events } = decodeBlock(open);
        expect(events.map(({ commandId }) => commandId)).toEqual(wellFormed.flatMap((id) => [id, id]));
        expect(exactly(decodeBlock(seal(open)))).toBe(exactly(decodeBlock(open)));
        const some = decodeBlock(seal(open), new Set(['B'])).events;
        expect(exactly(some)).toBe(exactly(events.filter(({ type }) => type === 'B')));
      }),
    );
  });

  test('give a sealed block another magic, and only then', () => {
    const magicOf = (block: Block) => Buffer.from(seal(block).payload).toString('latin1', 0, 4);
    expect(magicOf(blockWith([undefined]))).toBe('RFS1');
    expect(magicOf(blockWith([undefined, 'c']))).toBe('RFS2');
  });

  test.each([
    ['null', 'null'],
    ['a number', '{"id":7}'],
    ['null as an id', '{"id":null}'],
  ])('that are %s make the block malformed', (_what, extras) => {
    const payload = `[[0,0,[["A",1,0],["B",1,0]],${extras}]]`;
    const block = { ...blockWith(['c']), payload, bytes: payload.length };
    expect(() => decodeBlock(block)).toThrow(expect.objectContaining({ code: 'LOG_CORRUPT' }));
  });

  test('in a damaged section are malformed, and never a crash', () => {
    const sealed = seal(blockWith(['first', undefined, 'second']));
    const content = zlib.zstdDecompressSync(sealed.payload.subarray(SEALED_PREFIX_BYTES));
    for (let at = 0; at < content.length; at++) {
      const damaged = Buffer.from(content);
      damaged[at]! ^= 0xff;
      const payload = Buffer.concat([sealed.payload.subarray(0, SEALED_PREFIX_BYTES), zlib.zstdCompressSync(damaged)]);
      try {
        decodeBlock({ ...sealed, payload, bytes: payload.byteLength });
      } catch (error) {
        expect(isRefoldError(error, 'LOG_CORRUPT')).toBe(true);
      }
    }
  });
});
