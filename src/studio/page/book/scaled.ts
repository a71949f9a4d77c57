/** Prices, quantities and times of a view, as its scale and its zone write them. Pure. */
import type { ViewScale } from '../../wire.ts';
import { timeOfDay } from '../base/format.ts';

const formats = new Map<string, Intl.NumberFormat>();

/** A number in the smallest unit: 5753100 with four decimals is 575.31. At least two decimals are written, if there are any. */
export function scaled(value: number, decimals: number, more = 0): string {
  const most = Math.min(20, decimals + more);
  const name = `${decimals}:${most}`;
  let format = formats.get(name);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', {
      minimumFractionDigits: Math.min(2, decimals),
      maximumFractionDigits: most,
    });
    formats.set(name, format);
  }
  return format.format(value / 10 ** decimals);
}

/** A quantity. A mean gets a digit more where it is not whole. */
export function quantityText(value: number, { quantityDecimals }: Pick<ViewScale, 'quantityDecimals'>): string {
  return scaled(value, quantityDecimals, value < 10 ? 2 : 1);
}

export function priceText(value: number, { priceDecimals }: Pick<ViewScale, 'priceDecimals'>): string {
  return scaled(value, priceDecimals);
}

/** 10:31:07.123 in the zone of the view, or in UTC. */
export function viewTime(ms: number, { zone }: Pick<ViewScale, 'zone'>): string {
  return timeOfDay(Math.floor(ms), zone);
}

/** The time of an event: `recordedAt`, and the nanoseconds below it if its meta says them. In ms since the epoch. */
export function timeOfEvent(recordedAt: number, meta: unknown): number {
  const ns = (meta as { readonly ns?: unknown } | null | undefined)?.ns;
  return typeof ns === 'number' && ns >= 0 && ns < 1e6 ? recordedAt + ns / 1e6 : recordedAt;
}
