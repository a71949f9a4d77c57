/** One event on one line: sequence, time, type, and the beginning of its data. */
import type { ComponentChildren, JSX } from 'preact';
import { count, date, timeOfDay } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { hueOf } from '../moment/event-types.ts';
import { marks } from '../moment/marks.ts';
import { at } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { sequenceAt, windows } from './current-row.ts';
import { isDamaged } from './row-index.ts';
import { summaryOf } from './summary.ts';

interface Props {
  readonly row: number;
  /** Whether it is the current event, or the last match before it. */
  readonly isNear: boolean;
  /** Whether the arrow keys are here. */
  readonly isActive: boolean;
}

export function rowId(row: number): string {
  return `event-row-${row}`;
}

export function EventRow({ row, isNear, isActive }: Props): JSX.Element {
  const content = windows.contentAt(row);
  const damage = content !== undefined && isDamaged(content) ? content : undefined;
  const event = windows.eventAt(row);
  const sequence = sequenceAt(row);
  const isCurrent = sequence === at.value;
  const isDay = isNewDay(row);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a window of millions of rows is not a table
    <div
      id={rowId(row)}
      class={classOf({ current: isCurrent, near: isNear && !isCurrent, active: isActive, day: isDay })}
      role="row"
      tabIndex={-1}
      data-testid="event-row"
      data-sequence={sequence}
      aria-rowindex={row + 1}
      aria-current={isCurrent ? 'true' : undefined}
    >
      <Cell of="ev-sequence">
        {sequence !== undefined && marks.value.includes(sequence) && <span class="ev-mark">◆</span>}
        {sequence === undefined ? '…' : count(sequence)}
      </Cell>
      <Cell of="ev-time">{event !== undefined && timeOfDay(event.recordedAt, zone.value)}</Cell>
      <Cell of="ev-type" title={event === undefined ? '' : safeLine(event.type)}>
        {sequence !== undefined && <Bracket row={row} sequence={sequence} />}
        {event !== undefined && <i class="ev-hue" style={{ background: `var(${hueOf(event.type)})` }} />}
        {event !== undefined && <span class="ev-name">{safeLine(event.type)}</span>}
      </Cell>
      <Cell of="ev-data">
        {event !== undefined && isDay && <span class="ev-date">{dayOf(event.recordedAt)} </span>}
        {event !== undefined && summaryOf(event)}
        {damage !== undefined && `in a damaged block, ${count(damage.sequence)} to ${count(damage.lastSequence)}`}
      </Cell>
    </div>
  );
}

interface CellProps {
  readonly of: string;
  readonly title?: string;
  readonly children: ComponentChildren;
}

function Cell({ of, title, children }: CellProps): JSX.Element {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus, and names its active row
    // biome-ignore lint/a11y/useSemanticElements: a window of millions of rows is not a table
    <span role="gridcell" class={of} title={title}>
      {children}
    </span>
  );
}

function classOf(states: Readonly<Record<string, boolean>>): string {
  return ['ev-row', ...Object.keys(states).filter((name) => states[name])].join(' ');
}

/** Whether the row above is of another day. */
function isNewDay(row: number): boolean {
  const [event, above] = [windows.eventAt(row), windows.eventAt(row - 1)];
  return event !== undefined && above !== undefined && dayOf(event.recordedAt) !== dayOf(above.recordedAt);
}

function dayOf(recordedAt: number): string {
  return date(recordedAt, zone.value);
}

/** Neighbours of one commit stand within one bracket. */
function Bracket({ row, sequence }: { readonly row: number; readonly sequence: number }): JSX.Element {
  const commit = windows.commitAt(row, sequence);
  if (commit === undefined) return <i class="ev-bracket" />;
  const [first, last] = commit;
  const isIn = (other: number | undefined): boolean => other !== undefined && first <= other && other <= last;
  const [isAfter, isBefore] = [isIn(sequenceAt(row - 1)), isIn(sequenceAt(row + 1))];
  // Under a filter an event may be the only one of its commit.
  const name = isAfter ? (isBefore ? 'within' : 'last') : isBefore ? 'first' : 'alone';
  return <i class={`ev-bracket ${name}`} title={`one commit: ${count(first)} to ${count(last)}`} />;
}
