/** Numbers, sizes, times and paths as people read them. */

const WITH_COMMAS = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** 4,201,472 */
export function count(value: number): string {
  return WITH_COMMAS.format(value);
}

/** 4.2M */
export function shortCount(value: number): string {
  return COMPACT.format(value);
}

/** 1 event, 2 events */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const BYTE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function bytes(value: number): string {
  const power = value < 1 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(value) / 10));
  const amount = value / 1024 ** power;
  return `${amount >= 100 || power === 0 ? Math.round(amount) : amount.toFixed(1)} ${BYTE_UNITS[power]}`;
}

/** A duration in ms, short: 21 ms, 1.4 s, 3 min, 5 h, 2 d. */
export function duration(ms: number): string {
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${(ms / 3_600_000).toFixed(1)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

/** 2027-01-31 10:31:07.123 in the zone; UTC unless said. */
export function dateTime(ms: number, zone = 'UTC'): string {
  return `${date(ms, zone)} ${timeOfDay(ms, zone)}`;
}

export function date(ms: number, zone = 'UTC'): string {
  const { year, month, day } = partsOf(ms, zone);
  return `${year}-${month}-${day}`;
}

/** 10:31:07.123 in the zone. */
export function timeOfDay(ms: number, zone = 'UTC'): string {
  const { hour, minute, second, fractionalSecond } = partsOf(ms, zone);
  return `${hour}:${minute}:${second}.${fractionalSecond}`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsOf(ms: number, zone: string): Record<string, string> {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit' },
      ...{ hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 },
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
}

/** A share in percent, never rounded to none or to all. */
export function share(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0%';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return '< 0.1%';
  if (part < whole && percent > 99.9) return '> 99.9%';
  return `${percent.toFixed(1)}%`;
}

/** The last part of a path of this or another system. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1)!;
}
