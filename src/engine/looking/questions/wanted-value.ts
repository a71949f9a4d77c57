/** What a condition compares a place with, and how values of a state compare with it. */
import { isDate } from 'node:util/types';
import { Deque } from '../../../fold/collections/deque.ts';
import { OrderedMap } from '../../../fold/collections/ordered-map.ts';
import { placeAt } from '../../../fold/path.ts';

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';

const NUMBER_TEXT = /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const BIGINT_TEXT = /^-?\d+n$/;

/** What a place is compared with. A bare number may stand for a text as well. */
export type Wanted =
  | { readonly kind: 'number'; readonly number: number | bigint; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'constant'; readonly value: boolean | null | undefined };

export function wantedOf(bare: string): Wanted {
  if (bare === 'true' || bare === 'false') return { kind: 'constant', value: bare === 'true' };
  if (bare === 'null') return { kind: 'constant', value: null };
  if (bare === 'undefined') return { kind: 'constant', value: undefined };
  if (BIGINT_TEXT.test(bare)) return { kind: 'number', number: BigInt(bare.slice(0, -1)), text: bare.slice(0, -1) };
  if (!NUMBER_TEXT.test(bare)) return { kind: 'text', text: bare };
  const isExact = !/^-?\d+$/.test(bare) || Number.isSafeInteger(Number(bare));
  return { kind: 'number', number: isExact ? Number(bare) : BigInt(bare), text: bare };
}

export function compares(value: unknown, operator: Operator, wanted: Wanted): boolean {
  switch (operator) {
    case '=':
      return isEqual(value, wanted);
    case '!=':
      return !isEqual(value, wanted);
    case 'contains':
      return containsIn(value, wanted);
    default: {
      const order = orderOf(value, wanted);
      return order !== undefined && isInOrder(order, operator);
    }
  }
}

function isInOrder(order: number, operator: Operator): boolean {
  if (operator === '<') return order < 0;
  if (operator === '<=') return order <= 0;
  return operator === '>' ? order > 0 : order >= 0;
}

function isEqual(value: unknown, wanted: Wanted): boolean {
  if (wanted.kind === 'constant') return value === wanted.value;
  if (typeof value === 'string') return value === wanted.text;
  return orderOf(value, wanted) === 0;
}

/** Below 0, 0 or above 0; undefined where the two cannot be compared. */
function orderOf(value: unknown, wanted: Wanted): number | undefined {
  if (wanted.kind === 'constant') return undefined;
  if (typeof value === 'string') {
    if (wanted.kind === 'text') return value < wanted.text ? -1 : value > wanted.text ? 1 : 0;
    return NUMBER_TEXT.test(value) ? orderOfNumbers(Number(value), wanted.number) : undefined;
  }
  const number = isDate(value) ? Date.prototype.getTime.call(value) : value;
  if (typeof number !== 'number' && typeof number !== 'bigint') return undefined;
  const other = wanted.kind === 'number' ? wanted.number : timeIn(wanted.text);
  return other === undefined ? undefined : orderOfNumbers(number, other);
}

/** JavaScript compares numbers and bigints by their values. */
function orderOfNumbers(a: number | bigint, b: number | bigint): number | undefined {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? undefined : 0;
}

const CONDITION_TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:?\d\d)?)?$/;

/** A time without a zone is in UTC. */
function timeIn(text: string): number | undefined {
  const match = CONDITION_TIME.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(text.length > 10 && match.groups?.zone === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

/** A text in a text, an item in a list or a Set, a key in a table or an object. */
function containsIn(value: unknown, wanted: Wanted): boolean {
  if (typeof value === 'string') return wanted.kind !== 'constant' && value.includes(wanted.text);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value) || value instanceof Deque || value instanceof Set) {
    for (const item of value) if (isEqual(item, wanted)) return true;
    return false;
  }
  if (wanted.kind === 'constant') {
    return (value instanceof Map || value instanceof OrderedMap) && value.has(wanted.value);
  }
  return placeAt(value, [wanted.kind === 'number' ? wanted.number : wanted.text]) !== undefined;
}

/** Entries, items, members or characters; nothing for what has no size. */
export function sizeOf(place: { readonly value: unknown } | undefined): { readonly value: number } | undefined {
  const value = place?.value;
  if (typeof value === 'string' || Array.isArray(value)) return { value: value.length };
  if (typeof value !== 'object' || value === null || isDate(value)) return undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { value: value.byteLength };
  const { size } = value as { readonly size?: unknown };
  const hasSize = value instanceof Map || value instanceof Set || value instanceof OrderedMap || value instanceof Deque;
  return { value: hasSize ? (size as number) : Object.keys(value).length };
}
