/** The rows of the list, and its keys: arrows move in it, Enter and a click go to the event. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { count, date } from '../base/format.ts';
import { rowAfterKey } from '../base/list-scroll.ts';
import { LongList } from '../base/long-list.tsx';
import { longestType } from '../moment/event-types.ts';
import { filter, go, lastSequence, NO_FILTER } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { filterProblem, rowIndex } from './counting.ts';
import { currentRow, cursor, keepList, place, sequenceAt, windows } from './current-row.ts';
import { EventRow, rowId } from './event-row.tsx';
import { Foot } from './foot.tsx';

export function EventList(): JSX.Element {
  useEffect(keepList, []);
  const { first, end } = place.sighted.value;
  const row = cursor.value ?? currentRow.value?.row ?? -1;
  const active = row >= first && row < end ? rowId(row) : undefined;
  return (
    <div
      class="ev-list pane"
      style={{ '--ev-digits': count(lastSequence.value).length, '--ev-type': longestType.value }}
    >
      <Head />
      <LongList
        place={place}
        rowsOf={rowsOf}
        testid="events"
        role="grid"
        tabIndex={0}
        aria-label="Events"
        aria-rowcount={rowIndex.value.rows}
        aria-activedescendant={active}
        onKeyDown={press}
        onClick={click}
      />
      <None />
      <Foot />
    </div>
  );
}

/** Why the list is empty, and the way out. It lies over the list, which has nothing to be read. */
function None(): JSX.Element | null {
  const index = rowIndex.value;
  if (index.rows > 0 || filterProblem.value !== undefined) return null;
  if (index.kind === 'all') return <p class="ev-none quiet">no events yet, waiting</p>;
  if (!index.isComplete) return null;
  return (
    <p class="ev-none quiet">
      no event passes the filter{' '}
      <button type="button" onClick={() => (filter.value = NO_FILTER)}>
        Show all
      </button>
    </p>
  );
}

/** The day of the first row in sight: the rows have the time of day only. */
function Head(): JSX.Element {
  const first = windows.eventAt(place.sighted.value.first);
  return (
    <div class="ev-head quiet" aria-hidden="true">
      <span class="ev-sequence">sequence</span>
      <span class="ev-time">{first === undefined ? 'time' : date(first.recordedAt, zone.value)}</span>
      <span class="ev-type">type</span>
      <span class="ev-data">data</span>
    </div>
  );
}

function rowsOf(first: number, end: number): JSX.Element[] {
  const current = currentRow.value?.row;
  const rows = [];
  for (let row = first; row < end; row++) {
    rows.push(<EventRow key={row} row={row} isNear={row === current} isActive={row === cursor.value} />);
  }
  return rows;
}

function click({ target }: MouseEvent): void {
  const row = (target as Element).closest<HTMLElement>('[data-sequence]');
  if (row !== null) go(Number(row.dataset.sequence));
}

function press(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const active = cursor.value ?? currentRow.value?.row ?? place.sighted.value.first;
  const to = rowAfterKey(event.key, active, place.scroll.value);
  if (to !== undefined) {
    event.preventDefault();
    cursor.value = to;
    place.show(to);
  } else if (event.key === 'Enter') {
    event.preventDefault();
    const sequence = sequenceAt(active);
    if (sequence !== undefined) go(sequence);
  } else if (event.key === 'Escape') filter.value = NO_FILTER;
}
