/** What lies under the pointer: a bucket with its sequences, its time and its types; or a snapshot. */
import { type Signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { TimesAnswer } from '../../wire.ts';
import { getJson } from '../base/api.ts';
import { bytes, count, counted, dateTime, duration, share, timeOfDay } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { hueOf, typesInOrder } from '../moment/event-types.ts';
import { log } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import type { Pointed } from './dragging.ts';
import { bucketUnder, type Found, foundAt } from './found.ts';
import type { Bucket } from './scale.ts';
import { detailLayer, scale, wholeLayer, width } from './view.ts';

const TIP_WIDTH = 320;
const SHOWN_TYPES = 8;

export function Tip({ of }: { readonly of: Signal<Pointed> }): JSX.Element | null {
  const { x, y = 0, selection } = of.value;
  if (x === undefined || selection !== undefined || log.value === undefined) return null;
  const layers = [detailLayer.value, wholeLayer.value];
  const found = foundAt(scale.value, log.value, x, y);
  const bucket = bucketUnder(scale.value, layers, x);
  if (found === undefined && bucket === undefined) return null;
  const left = Math.min(Math.max(0, x - TIP_WIDTH / 2), Math.max(0, width.value - TIP_WIDTH));
  return (
    <>
      <div class="tl-pointer" style={{ transform: `translateX(${Math.round(x)}px)` }} />
      <div class="tl-tip" style={{ transform: `translateX(${left}px)`, width: `${TIP_WIDTH}px` }}>
        {found !== undefined ? <Sign of={found} /> : <BucketTip of={bucket!} />}
      </div>
    </>
  );
}

function Sign({ of }: { readonly of: Found }): JSX.Element {
  if (of.is === 'dropped') return <p>Events before {count(of.first)} were dropped</p>;
  if (of.is === 'sealed')
    return (
      <p>
        Sealed up to {count(of.through)}: {counted(of.blocks, 'block')}, {bytes(of.bytes)}
      </p>
    );
  if (of.is === 'recovery') {
    const { events, milliseconds } = of.recovery;
    return (
      <p>
        The next open folds {counted(events, 'event')}, about {duration(milliseconds)}
      </p>
    );
  }
  if (of.is === 'damaged') {
    const { sequence, lastSequence } = of.problem;
    return (
      <p>
        {count(sequence)} – {count(lastSequence)} are in a damaged block
      </p>
    );
  }
  const { sequence, recordedAt, bytes: size, isUsable, reason } = of.snapshot;
  return (
    <>
      <p>
        Snapshot at {count(sequence)}, {bytes(size)}
      </p>
      <p class="quiet">
        {dateTime(recordedAt, zone.value)}
        {isUsable === true && ', usable'}
        {isUsable === false && `, stale: ${safeLine(reason ?? 'it is of another model')}`}
      </p>
    </>
  );
}

function BucketTip({ of }: { readonly of: Bucket }): JSX.Element {
  const { first, last, events, types, start, end } = of;
  const times = useTimes(of);
  const [begin, until] = [times?.begin ?? start, times?.until ?? end];
  const shownTypes = typesInOrder().filter((type) => Object.hasOwn(types, type) && types[type]! > 0);
  shownTypes.sort((one, other) => types[other]! - types[one]!);
  return (
    <>
      <p class="mono">
        {events === 0 ? 'no event' : first === last ? count(first) : `${count(first)} – ${count(last)}`}
        {events > 1 && <span class="quiet"> {counted(events, 'event')}</span>}
      </p>
      <p class="mono quiet">
        {begin === undefined ? ' ' : dateTime(begin, zone.value)}
        {begin !== undefined && until !== undefined && until > begin && ` – ${timeOfDay(until, zone.value)}`}
      </p>
      {shownTypes.slice(0, SHOWN_TYPES).map((type) => (
        <p key={type} class="tl-tip-type">
          <i style={{ background: `var(${hueOf(type)})` }} />
          <span>{safeLine(type)}</span>
          <span class="mono">{count(types[type]!)}</span>
          <span class="mono quiet">{share(types[type]!, events)}</span>
        </p>
      ))}
      {shownTypes.length > SHOWN_TYPES && (
        <p class="quiet">and {counted(shownTypes.length - SHOWN_TYPES, 'more type')}</p>
      )}
    </>
  );
}

interface Times {
  readonly first: number;
  readonly last: number;
  readonly begin: number;
  readonly until: number;
}

const REST_BEFORE_ASKING = 80;

/** Buckets by sequence come without times: these are asked for where the pointer rests. */
function useTimes({ first, last, start, events }: Bucket): Times | undefined {
  const times = useSignal<Times | undefined>(undefined);
  useEffect(() => {
    if (start !== undefined || events === 0) return;
    const controller = new AbortController();
    const timer = setTimeout(async () => {
      const timeOf = async (from: number): Promise<number> =>
        (await getJson<TimesAnswer>('times', { from, count: 1 }, controller.signal)).runs[0]![1];
      try {
        const [begin, until] = await Promise.all([timeOf(first), timeOf(last)]);
        times.value = { first, last, begin, until };
      } catch {
        // Without times the sequences are shown.
      }
    }, REST_BEFORE_ASKING);
    return () => {
      clearTimeout(timer);
      controller.abort();
    };
  }, [first, last, start, events]);
  const known = times.value;
  return known?.first === first && known.last === last ? known : undefined;
}
