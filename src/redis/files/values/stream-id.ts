/** Ids of stream entries: two unsigned numbers of 64 bits, as numbers and as text. */

export interface StreamId {
  readonly milliseconds: bigint;
  readonly sequence: bigint;
}

export const FIRST_STREAM_ID = '0-0';

/** The id of a stream value, whose ids are good. */
export function streamId(text: string): StreamId {
  const dash = text.indexOf('-');
  return { milliseconds: BigInt(text.slice(0, dash)), sequence: BigInt(text.slice(dash + 1)) };
}

export function formatStreamId({ milliseconds, sequence }: StreamId): string {
  return `${milliseconds}-${sequence}`;
}

/** Negative if `a` is before `b`, 0 if they are the same, positive if it is after. */
export function compareStreamIds(a: string, b: string): number {
  if (a === b) return 0;
  const dashA = a.indexOf('-');
  const dashB = b.indexOf('-');
  return compareDigits(a.slice(0, dashA), b.slice(0, dashB)) || compareDigits(a.slice(dashA + 1), b.slice(dashB + 1));
}

/** Numbers without leading zeros: the longer one is larger. */
function compareDigits(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
