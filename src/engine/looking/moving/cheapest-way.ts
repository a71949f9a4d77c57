/**
 * The cheapest way to a moment, from what each way costs.
 *
 * Pure: a cursor carries the decision out. The rates are fixed, so that the same moves always go the same way.
 */

/** What moving takes, in ms. */
export interface MoveRates {
  /** To fold an event, and to note what it changes. */
  readonly notedEvent: number;
  /** To fold an event directly, as a rebuild does. */
  readonly event: number;
  /** To load a byte of a keyframe, until its state can move. */
  readonly byte: number;
  /** To restore an entry of a checkpoint. */
  readonly entry: number;
}

/** As measured on an order book; only the ratios matter. */
export const MEASURED_RATES: MoveRates = { notedEvent: 0.05, event: 0.003_5, byte: 0.000_1, entry: 0.05 / 64 };

/** Where a move may begin. All are at or before the target. */
export interface Ways {
  readonly target: number;
  /** The last events before the target, which note what they change also where the state comes from the log; default 0. */
  readonly runUp?: number;
  /** Where the cursor stands; absent when it stands after the target. */
  readonly here?: number | undefined;
  readonly checkpoint?: { readonly sequence: number; readonly entries: number } | undefined;
  /** Sequence 0 without bytes is the beginning of the log. Absent when it was not looked for. */
  readonly keyframe?: { readonly sequence: number; readonly bytes: number } | undefined;
}

export type Way = 'here' | 'checkpoint' | 'log';

/** What costs least; the one that is nearer to hand among equals. From the log, where nothing else is there. */
export function cheapestWay(ways: Ways, rates: MoveRates): Way {
  const costs = costsOf(ways, rates);
  let best: Way = 'log';
  for (const way of ['checkpoint', 'here'] as const) if (costs[way] <= costs[best]) best = way;
  return Number.isFinite(costs[best]) ? best : 'log';
}

function costsOf({ target, runUp = 0, here, checkpoint, keyframe }: Ways, rates: MoveRates): Record<Way, number> {
  const none = Number.POSITIVE_INFINITY;
  return {
    here: here === undefined ? none : (target - here) * rates.notedEvent,
    // Restoring takes at least about as long as an event.
    checkpoint:
      checkpoint === undefined
        ? none
        : (target - checkpoint.sequence + 1) * rates.notedEvent + checkpoint.entries * rates.entry,
    log:
      keyframe === undefined ? none : costFromLog(target - keyframe.sequence, { runUp, bytes: keyframe.bytes }, rates),
  };
}

function costFromLog(
  events: number,
  { runUp, bytes }: { readonly runUp: number; readonly bytes: number },
  rates: MoveRates,
): number {
  const noted = Math.min(events, runUp);
  return bytes * rates.byte + (events - noted) * rates.event + noted * rates.notedEvent;
}
