/** The marks of this log: a number goes to each, and each can be compared with this moment. */
import { X } from 'lucide';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { EventLine, WireEvent } from '../../wire.ts';
import { getLines } from '../base/api.ts';
import { count, dateTime } from '../base/format.ts';
import { Icon } from '../base/icon.tsx';
import { safeLine } from '../base/safe-text.ts';
import { marks, toggleMark } from '../moment/marks.ts';
import { at, go, log } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { showDiff } from '../state/asked/asking-diff.ts';
import { Dialog } from './dialog.tsx';
import { close } from './opened.ts';

/** Marks whose events are told. */
const MOST_MARK_EVENTS = 500;

export function MarksDialog(): JSX.Element {
  const events = useEvents(marks.value);
  const press = ({ key }: KeyboardEvent): void => {
    const mark = /^[1-9]$/.test(key) ? marks.value[Number(key) - 1] : undefined;
    if (mark !== undefined) leaveTo(mark);
  };
  return (
    <Dialog label="Marks" testid="marks">
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the numbers are keys of the whole dialog */}
      <div onKeyDown={press}>
        <div class="hp-head">
          <h2>Marks</h2>
          <button type="button" onClick={() => toggleMark(at.value)}>
            {marks.value.includes(at.value) ? 'Take away the mark here' : `Mark ${count(at.value)}`}
          </button>
          <button type="button" onClick={close}>
            Close <kbd>Esc</kbd>
          </button>
        </div>
        {marks.value.length === 0 && (
          <p class="hp-none quiet">
            No marks yet. Press <kbd>m</kbd> at a moment to come back to.
          </p>
        )}
        <ul class="hp-marks">
          {marks.value.map((mark, index) => (
            <MarkLine key={mark} mark={mark} index={index} event={events.get(mark)} />
          ))}
        </ul>
      </div>
    </Dialog>
  );
}

interface LineProps {
  readonly mark: number;
  readonly index: number;
  readonly event: WireEvent | undefined;
}

function MarkLine({ mark, index, event }: LineProps): JSX.Element {
  return (
    <li class="hp-mark" data-testid="mark" data-sequence={mark}>
      <kbd>{index < 9 ? index + 1 : ''}</kbd>
      <button type="button" class="hp-go" onClick={() => leaveTo(mark)}>
        <code>{count(mark)}</code>
        <span class="quiet">{event !== undefined && dateTime(event.recordedAt, zone.value)}</span>
        <span class="hp-title">{event !== undefined && safeLine(event.type)}</span>
      </button>
      {log.value?.hasModel === true && mark !== at.value && (
        <button type="button" onClick={() => compare(mark)}>
          compare with here
        </button>
      )}
      <button
        type="button"
        title="Take the mark away"
        aria-label={`Take the mark ${mark} away`}
        onClick={() => toggleMark(mark)}
      >
        <Icon of={X} size={12} />
      </button>
    </li>
  );
}

function leaveTo(mark: number): void {
  close();
  go(mark);
}

function compare(mark: number): void {
  close();
  showDiff(Math.min(mark, at.value), Math.max(mark, at.value));
}

/** What was marked, as soon as it is known. The list is of use without it. */
function useEvents(sequences: readonly number[]): ReadonlyMap<number, WireEvent> {
  const [events, setEvents] = useState<ReadonlyMap<number, WireEvent>>(new Map());
  const asked = sequences.filter((sequence) => sequence >= (log.value?.firstSequence ?? 1)).slice(0, MOST_MARK_EVENTS);
  const key = asked.join();
  useEffect(() => {
    if (key === '') return;
    const controller = new AbortController();
    const found = new Map<number, WireEvent>();
    const params = { sequences: key, count: MOST_MARK_EVENTS, matches: 'no' };
    getLines<EventLine>('events', params, controller.signal, (line) => {
      if ('sequence' in line) found.set(line.sequence, line);
    }).then(
      () => setEvents(found),
      () => {},
    );
    return () => controller.abort();
  }, [key]);
  return events;
}
