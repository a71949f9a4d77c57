/** The event of the moment that is shown: what it is, its data, and what it changed in the state. */
import { computed, type Signal, signal } from '@preact/signals';
import { ChevronDown, ChevronRight } from 'lucide';
import type { JSX } from 'preact';
import type { Moment, WireEvent } from '../../../wire.ts';
import { count, counted, dateTime } from '../../base/format.ts';
import { Icon } from '../../base/icon.tsx';
import { ListPlace } from '../../base/long-list.tsx';
import { safeLine } from '../../base/safe-text.ts';
import { log, shown } from '../../moment/place.ts';
import { zone, zoneName } from '../../moment/zone.ts';
import { reveal } from '../open-places.ts';
import { Lines } from '../parts/lines.tsx';
import { RowButtons } from '../parts/row-buttons.tsx';
import { Sides, Value } from '../parts/value.tsx';
import { keyText } from '../parts/value-text.ts';
import { type EventPaneLine, eventLines } from './event-lines.ts';
import { type JsonLine, jsonMembers } from './json-lines.ts';
import './event.css';

const active: Signal<string> = signal('');
/** Parts of data and meta that were closed by hand: they stay so from event to event. */
const closed: Signal<ReadonlySet<string>> = signal(new Set());
const lines = computed(() => eventLines(shown.value ?? NO_MOMENT, closed.value, log.value?.hasModel));
const place = new ListPlace(computed(() => lines.value.length));

export function CurrentEvent(): JSX.Element {
  const moment = shown.value;
  return (
    <div class="pane" data-testid="current-event" data-sequence={moment?.sequence}>
      {moment?.event === undefined ? (
        <WithoutEvent moment={moment} />
      ) : (
        <Head of={moment.event} commit={moment.commit} />
      )}
      {moment !== undefined && (
        <Lines
          {...{ place, active, lines: lines.value, keyOf, attributes, content, onPick, onKey }}
          label="Data of the event, and what it changed"
          testId="event-lines"
          role="tree"
        />
      )}
    </div>
  );
}

const NO_MOMENT = { changes: [], changesInAll: 0 };

function WithoutEvent({ moment }: { readonly moment: Moment | undefined }): JSX.Element {
  if (moment === undefined)
    return <p class="st-hint">{log.value?.lastSequence === 0 ? 'no events yet, waiting' : '…'}</p>;
  if (moment.sequence === 0) return <p class="st-hint">before the first event</p>;
  return (
    <p class="st-hint">
      Event {count(moment.sequence)} is not of this model any more: it changes nothing, and is not shown.
    </p>
  );
}

function Head({ of, commit }: { readonly of: WireEvent; readonly commit: Moment['commit'] }): JSX.Element {
  const { sequence, recordedAt, type, version, commandId } = of;
  const isOne = commit === undefined || commit.first === commit.last;
  return (
    <div class="st-head">
      <h2 title={safeLine(type)}>
        {safeLine(type)} <span class="quiet">version {version}</span>
      </h2>
      <dl>
        <dt>event</dt>
        <dd>
          {count(sequence)}
          {!isOne && (
            <span class="st-note">
              {' '}
              of {count(commit.first)}–{count(commit.last)}
            </span>
          )}
        </dd>
        <dt>recorded</dt>
        <dd title={zoneName(zone.value)}>{dateTime(recordedAt, zone.value)}</dd>
        {commandId !== undefined && (
          <>
            <dt>command</dt>
            <dd title={safeLine(commandId)}>{safeLine(commandId)}</dd>
          </>
        )}
        {(of.tags ?? []).length > 0 && (
          <>
            <dt>tags</dt>
            <dd>{of.tags!.map(safeLine).join(', ')}</dd>
          </>
        )}
      </dl>
    </div>
  );
}

function keyOf({ kind, path }: EventPaneLine): string {
  return `${kind} ${path}`;
}

function onPick(line: EventPaneLine): void {
  if (line.kind === 'change') reveal(line.path);
  else if (line.kind === 'json' && line.isOpen !== undefined) setOpen(line.path, !line.isOpen);
}

function setOpen(path: string, isOpen: boolean): void {
  const next = new Set(closed.value);
  if (isOpen) next.delete(path);
  else next.add(path);
  closed.value = next;
}

function onKey(key: string, line: EventPaneLine): boolean {
  if (line.kind !== 'json' || line.isOpen === undefined) return false;
  if (key !== 'ArrowRight' && key !== 'ArrowLeft') return false;
  setOpen(line.path, key === 'ArrowRight');
  return true;
}

function attributes(line: EventPaneLine): Readonly<Record<string, unknown>> {
  if (line.kind === 'change') {
    return { class: 'st-row st-changed', 'data-testid': 'change-row', 'data-path': line.path, 'aria-level': 2 };
  }
  if (line.kind !== 'json') return { class: 'st-row', 'aria-level': 1 };
  return { class: 'st-row', 'data-path': line.path, 'aria-level': line.level, 'aria-expanded': line.isOpen };
}

function content(line: EventPaneLine): JSX.Element {
  switch (line.kind) {
    case 'json':
      return <Json of={line} />;
    case 'long':
      return (
        <span class="st-text-line">
          <span class="st-key">{line.path}</span>
          <span class="st-note">{count(line.long.length)} characters</span>
          <span class="st-value">{safeLine(line.long.beginning)}…</span>
        </span>
      );
    case 'heading':
      return (
        <span class="st-text-line st-heading">
          {line.changes === 0 ? 'changed nothing' : counted(line.changes, 'change')}
        </span>
      );
    case 'more':
      return <span class="st-text-line st-note">and {count(line.changes)} more</span>;
    default:
      return (
        <>
          <span class="st-text-line">
            <span class="st-key">{safeLine(line.path)}</span>
            <Sides of={line.change} />
          </span>
          <RowButtons path={line.path} opens={false} />
        </>
      );
  }
}

const INDENT_PX = 12;
const DEEPEST_JSON = 16;

function Json({ of: { level, key, shown: value, isOpen, json } }: { readonly of: JsonLine }): JSX.Element {
  return (
    <span class="st-text-line" style={{ paddingLeft: `${(Math.min(level, DEEPEST_JSON) - 1) * INDENT_PX + 4}px` }}>
      <i class="st-caret">{isOpen !== undefined && <Icon of={isOpen ? ChevronDown : ChevronRight} size={12} />}</i>
      <span class="st-key">{keyText(key, typeof key === 'number' ? 'array' : 'object')}</span>
      {isOpen !== true && <Value of={value} members={jsonMembers(json, 4)} />}
    </span>
  );
}
