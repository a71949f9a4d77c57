/**
 * How fast this machine opens, loads and folds this log. Every open and every snapshot measures it, and the log
 * remembers it.
 */
import type { LogStore } from '../../log/log-store.ts';

/** What a recovery took. The load is absent if it was not that of an open, which also freezes the state. */
export interface Measured {
  readonly eventsReplayed: number;
  readonly foldMilliseconds: number;
  readonly bytesLoaded?: number;
  readonly loadMilliseconds?: number;
}

export interface Rates {
  /** Events folded, per ms. */
  fold: number;
  /** Bytes of snapshot loaded, per ms. */
  load: number;
  /** What an open takes besides, in ms. */
  open: number;
}

/** Assumed until measured. They are on the slow side, so that the promise holds at the first open. */
const DEFAULT_RATES: Rates = { fold: 200, load: 20_000, open: 50 };
/** Fewer events or bytes than these say nothing about a rate. */
const MEASURABLE_EVENTS = 2_000;
const MEASURABLE_BYTES = 100_000;
const RATES_KEY = 'rates';

/** The rates that the log remembers, or the defaults. */
export async function readRates(log: LogStore): Promise<Rates> {
  const text = await log.getMeta(RATES_KEY);
  try {
    const { fold, load, open } = { ...DEFAULT_RATES, ...JSON.parse(text ?? '') };
    if (fold > 0 && load > 0 && open >= 0) return { fold, load, open };
  } catch {
    // Nothing is remembered, or it is unreadable: a rate is only a hint.
  }
  return { ...DEFAULT_RATES };
}

/** Learns from a recovery, as far as it was long enough to measure a rate. */
export function learnRates(rates: Rates, measured: Measured): void {
  const { eventsReplayed, foldMilliseconds, bytesLoaded = 0, loadMilliseconds = 0 } = measured;
  if (eventsReplayed >= MEASURABLE_EVENTS && foldMilliseconds > 0) rates.fold = eventsReplayed / foldMilliseconds;
  if (bytesLoaded >= MEASURABLE_BYTES && loadMilliseconds > 0) rates.load = bytesLoaded / loadMilliseconds;
}

/** Keeps the rates for the next open. */
export async function writeRates(log: LogStore, rates: Rates): Promise<void> {
  await log.putMeta(RATES_KEY, JSON.stringify(rates));
}

/** How long a recovery takes that loads so many bytes of snapshot and folds so many events, in ms. */
export function estimateRecovery(
  { open, load, fold }: Rates,
  events: number,
  snapshot: { readonly bytes: number } | undefined,
): number {
  return open + (snapshot?.bytes ?? 0) / load + events / fold;
}
