/** Streams of requests with mistakes in them: wrong lengths, nested arrays, garbage, requests of HTTP, and cuts anywhere. */
import { ProtocolError, RequestParser } from '../../../src/redis/protocol/request-parser.ts';
import type { Chance } from '../../faults/judging/chance.ts';
import { requestOf } from '../test-client.ts';

/** Commands that neither read nor change what other streams do. */
const COMMANDS: readonly (readonly string[])[] = [
  ['PING'],
  ['PING', 'text'],
  ['ECHO', 'a b'],
  ['ECHO', '\0\xff\r\n'],
  ['ECHO', ''],
  ['ECHO', '$3\r\nabc\r\n'],
  ['GET', 'missing'],
  ['MGET', 'missing', 'absent', ''],
  ['STRLEN', 'missing'],
  ['EXISTS', 'missing', 'missing'],
  ['SELECT', '3'],
  ['SELECT', '99'],
  ['MULTI'],
  ['EXEC'],
  ['DISCARD'],
  ['NOPE', 'x'],
  ['GET'],
];

const INLINE = [
  'PING\r\n',
  'ping "a\\x41" \n',
  "ECHO 'it\\'s'\r\n",
  'ECHO "open\r\n',
  '\r\n',
  '   \r\n',
  'POST / HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'Host: localhost\r\n',
  'GET / HTTP/1.1\r\n',
];

const WORDS = [
  '*',
  '$',
  '\r',
  '\n',
  '\r\n',
  '-1',
  '0',
  '1',
  '2',
  '10',
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740992',
  '9007199254740993',
  '9223372036854775808',
  '-2147483649',
  '*-1\r\n',
  '*0\r\n',
  '*2147483648\r\n',
  '*9007199254740992\r\n',
  '*1\r\n*1\r\n$4\r\nPING\r\n',
  '*2\r\n*1\r\n',
  '*1000000\r\n',
  '$-1\r\n',
  '$67108864\r\n',
  '$67108865\r\n',
  '$536870912\r\n',
  '$2147483648\r\n',
  '"',
  "'",
  '\\x',
  'PING',
  ' ',
  '\0',
  '\xff',
  '+OK\r\n',
];

/** One stream, as latin1 text. */
export function mutatedStream(chance: Chance): string {
  let text = Array.from({ length: 1 + chance.below(4) }, () =>
    chance.hit(0.2) ? chance.pick(INLINE) : requestOf(chance.pick(COMMANDS)),
  ).join('');
  for (let left = chance.below(4); left > 0; left--) text = mutated(text, chance);
  return text;
}

function mutated(text: string, chance: Chance): string {
  const at = chance.below(text.length + 1);
  const [before, after] = [text.slice(0, at), text.slice(at)];
  switch (chance.below(6)) {
    case 0:
      return before;
    case 1:
      return before + after.slice(1 + chance.below(6));
    case 2:
      return before + String.fromCharCode(chance.below(256)) + after.slice(1);
    case 3:
      return before + after.slice(0, 20) + after;
    default:
      return before + chance.pick(WORDS) + after.slice(chance.below(4));
  }
}

export interface Parsed {
  readonly requests: readonly string[][];
  /** Undefined when the stream is well-formed so far. */
  readonly error: string | undefined;
}

const LIMITS = { isUnknown: false, maxBulkBytes: 512 * 1024 * 1024 };

/** Everything that the parser reads from the pieces: requests, and the error at the end. */
export function parseAll(pieces: readonly Buffer[], limits = LIMITS): Parsed {
  const parser = new RequestParser();
  const requests: string[][] = [];
  try {
    for (const piece of pieces) {
      parser.push(piece);
      for (let request = parser.next(limits); request !== undefined; request = parser.next(limits)) {
        requests.push(request);
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { requests, error: error.message };
  }
  return { requests, error: undefined };
}

/** Cuts a stream once at every byte, and then at all of them. Gives the first place whose pieces are read in another way. */
export function cutThatMatters(stream: Buffer): string | undefined {
  const expected = parseAll([stream]);
  for (let at = 1; at < stream.length; at++) {
    const found = parseAll([stream.subarray(0, at), stream.subarray(at)]);
    if (!isSame(found, expected)) return `cut at byte ${at}: ${JSON.stringify([found, expected])}`;
  }
  const found = parseAll(Array.from(stream, (byte) => Buffer.of(byte)));
  return isSame(found, expected) ? undefined : `byte by byte: ${JSON.stringify([found, expected])}`;
}

function isSame(a: Parsed, b: Parsed): boolean {
  return (
    a.error === b.error &&
    a.requests.length === b.requests.length &&
    a.requests.every((request, at) => {
      const other = b.requests[at]!;
      return request.length === other.length && request.every((arg, place) => arg === other[place]);
    })
  );
}
