/** What is known of one symbol, and whether a message follows the one before it. */
import { L2Side } from './book.ts';
import type { BookUpdate, Sequence } from './messages.ts';
import type { Scale } from './scale.ts';

export interface Market {
  readonly symbol: string;
  readonly bids: L2Side;
  readonly asks: L2Side;
  channel: string | undefined;
  tradeChannel: string | undefined;
  scale: Scale | undefined;
  /** Decimals of the texts, for the checksum. */
  digits: Scale;
  /** A snapshot was read, or none is needed. */
  isOpen: boolean;
  depth: number | undefined;
  /** How the last message is numbered. */
  sequence: Sequence | undefined;
  isFirstAfterSnapshot: boolean;
  hasChecksums: boolean;
  early: BookUpdate[];
}

export function newMarket(symbol: string): Market {
  return {
    symbol,
    bids: new L2Side('buy'),
    asks: new L2Side('sell'),
    channel: undefined,
    tradeChannel: undefined,
    scale: undefined,
    digits: { price: 0, size: 0 },
    isOpen: false,
    depth: undefined,
    sequence: undefined,
    isFirstAfterSnapshot: false,
    hasChecksums: false,
    early: [],
  };
}

/** Whether a message follows the one before it. */
export function orderOf(
  { sequence: before, isFirstAfterSnapshot }: Market,
  update: BookUpdate,
): 'next' | 'stale' | 'gap' {
  const { sequence, isSnapshot } = update;
  if (sequence === undefined || before === undefined || isSnapshot) return 'next';
  if (sequence.rule === 'chain')
    return before.rule === 'chain' && sequence.previous === before.current ? 'next' : 'gap';
  if (sequence.rule === 'counter')
    return before.rule === 'counter' && sequence.current === before.current + 1 ? 'next' : 'gap';
  if (before.rule !== 'range') return 'gap';
  if (sequence.last <= before.last) return 'stale';
  if (sequence.previous !== undefined && !isFirstAfterSnapshot)
    return sequence.previous === before.last ? 'next' : 'gap';
  return sequence.first <= before.last + 1 ? 'next' : 'gap';
}
