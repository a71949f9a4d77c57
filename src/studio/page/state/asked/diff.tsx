/** What is different between two moments: how many events lie between, what changed in each property of the state, then each place. */
import { computed, type Signal, signal } from '@preact/signals';
import { ArrowLeftRight } from 'lucide';
import type { JSX } from 'preact';
import type { DiffAnswer, DiffTable } from '../../../wire.ts';
import { count, counted } from '../../base/format.ts';
import { Icon } from '../../base/icon.tsx';
import { ListPlace } from '../../base/long-list.tsx';
import { Problem } from '../../base/problem.tsx';
import { safeLine } from '../../base/safe-text.ts';
import { endJob } from '../../moment/job-stream.ts';
import { markBefore } from '../../moment/marked.ts';
import { marks } from '../../moment/marks.ts';
import { at } from '../../moment/place.ts';
import { reveal } from '../open-places.ts';
import { Lines } from '../parts/lines.tsx';
import { Sides } from '../parts/value.tsx';
import { askAll, askDiff, type Compared, compared, fields, hasMore } from './asking-diff.ts';
import { inDirection } from './diff-sides.ts';
import './asked.css';

const place = new ListPlace(computed(() => compared.value?.answer?.changes.length ?? 0));
const active: Signal<string> = signal('');

export function Diff(): JSX.Element {
  const known = compared.value;
  return (
    <div
      class="st-asked pane"
      data-testid="diff"
      data-state={known?.state ?? 'none'}
      data-from={known?.answer?.from}
      data-to={known?.answer?.to}
    >
      <Fields />
      {known?.problem !== undefined && <Problem of={known.problem} />}
      {known?.answer !== undefined && <Answer of={known} answer={inDirection(known.answer)} />}
      {known === undefined && (
        <p class="st-hint">Two positions: sequences, times such as 10:31:07, or end. Marks are set with m.</p>
      )}
      {known !== undefined && known.answer === undefined && known.problem === undefined && <End of={known} />}
    </div>
  );
}

/** The mark before the moment that is shown, or else the event before it. */
function usualFrom(): string {
  return String(markBefore(marks.value, at.value) ?? Math.max(0, at.value - 1));
}

function Fields(): JSX.Element {
  const from = fields.value.from ?? usualFrom();
  const to = fields.value.to ?? String(at.value);
  const set = (part: typeof fields.value): void => {
    fields.value = { ...fields.value, ...part };
  };
  return (
    <form
      class="st-bar"
      onSubmit={(event) => {
        event.preventDefault();
        void askDiff(from.trim(), to.trim());
      }}
    >
      <Field testid="diff-from" label="Compare from" value={from} set={(text) => set({ from: text })} />
      <button
        type="button"
        class="st-button"
        title="Swap"
        aria-label="Swap the two moments"
        onClick={() => set({ from: to, to: from })}
      >
        <Icon of={ArrowLeftRight} size={12} />
      </button>
      <Field testid="diff-to" label="Compare to" value={to} set={(text) => set({ to: text })} />
      <button type="submit" class="st-button" data-testid="diff-run">
        Compare
      </button>
      {(fields.value.from !== undefined || fields.value.to !== undefined) && (
        <button
          type="button"
          class="st-button"
          title="The mark before, and the moment that is shown"
          onClick={() => (fields.value = {})}
        >
          Here
        </button>
      )}
    </form>
  );
}

interface FieldProps {
  readonly testid: string;
  readonly label: string;
  readonly value: string;
  readonly set: (text: string) => void;
}

function Field({ testid, label, value, set }: FieldProps): JSX.Element {
  return (
    <input
      class="st-field"
      data-testid={testid}
      aria-label={label}
      title={label}
      value={value}
      spellcheck={false}
      onInput={(event) => set(event.currentTarget.value)}
    />
  );
}

function Answer({ of, answer }: { readonly of: Compared; readonly answer: DiffAnswer }): JSX.Element {
  const { from, to, events, types, tables, changes, complete } = answer;
  return (
    <>
      <p class="st-between" title={`${counted(events, 'event')}: ${typesText(types, Number.POSITIVE_INFINITY)}`}>
        {count(from)} → {count(to)}{' '}
        <span class="quiet">
          {counted(events, 'event')} between{events > 0 && `: ${typesText(types, NAMED_TYPES)}`}
        </span>
      </p>
      <div class="st-tables" role="toolbar" aria-label="Properties of the state that are different">
        {of.only !== '' && (
          <button type="button" class="st-button" onClick={() => void askDiff(of.from, of.to)}>
            All of the state
          </button>
        )}
        {tables.map((table) => (
          <button
            key={table.path}
            type="button"
            class="st-button"
            data-testid="diff-table"
            data-path={table.path}
            {...{ 'data-new': table.new, 'data-gone': table.gone, 'data-changed': table.changed }}
            aria-pressed={of.only === table.path}
            onClick={() => void askDiff(of.from, of.to, table.path)}
          >
            <code>{safeLine(table.path)}</code> {tableText(table)}
            {!complete && ' at least'}
          </button>
        ))}
      </div>
      <Lines
        {...{ place, active, keyOf, attributes, content, lines: changes }}
        label="Places that are different"
        testId="diff-rows"
        role="listbox"
        onPick={({ path }) => reveal(path)}
      />
      <End of={of} />
    </>
  );
}

const NAMED_TYPES = 3;

function typesText(types: DiffAnswer['types'], most: number): string {
  const all = Object.entries(types).toSorted(([, a], [, b]) => b - a);
  const named = all.slice(0, most).map(([type, number]) => `${count(number)} ${safeLine(type)}`);
  return [...named, ...(all.length > most ? [`${counted(all.length - most, 'more type')}`] : [])].join(', ');
}

/** As the command line counts: entries that are new, gone and changed; a property without entries has only a new value. */
function tableText({ new: added, gone, changed, isReordered }: DiffTable): string {
  const parts = [
    ...(added > 0 ? [`${count(added)} new`] : []),
    ...(gone > 0 ? [`${count(gone)} gone`] : []),
    ...(changed > 0 ? [`${count(changed)} changed`] : []),
    ...(isReordered === true ? ['in another order'] : []),
  ];
  return parts.join(', ');
}

function End({ of }: { readonly of: Compared }): JSX.Element {
  const { state, answer } = of;
  return (
    <div class="st-bar st-end" role="status">
      {state === 'running' && (
        <>
          <progress aria-label="Comparing" />
          <span>comparing</span>
          <button type="button" class="st-button" onClick={endJob}>
            Stop
          </button>
        </>
      )}
      {state === 'ended' && <span>stopped</span>}
      {state === 'done' && answer !== undefined && <span>{foundText(answer)}</span>}
      {state === 'done' && hasMore(of) && (
        <button type="button" class="st-button" onClick={() => askAll(of)}>
          More
        </button>
      )}
    </div>
  );
}

function foundText({ changes, changesInAll, complete }: DiffAnswer): string {
  if (changesInAll === 0) return 'nothing is different';
  const all = `${complete ? '' : 'at least '}${counted(changesInAll, 'difference')}`;
  return changes.length < changesInAll ? `the first ${count(changes.length)} of ${all}` : all;
}

type Place = DiffAnswer['changes'][number];

function keyOf({ path, isOrder }: Place): string {
  return isOrder === true ? `${path} order` : path;
}

function attributes({ path, before, after }: Place): Readonly<Record<string, unknown>> {
  const sign = before === undefined ? 'new' : after === undefined ? 'gone' : 'changed';
  return { class: 'st-row', 'data-testid': 'diff-row', 'data-path': path, 'data-sign': sign };
}

function content(change: Place): JSX.Element {
  return (
    <span class="st-text-line">
      <span class="st-key">{change.path === '' ? 'state' : safeLine(change.path)}</span>
      {change.isOrder === true ? <i class="st-sign">in another order</i> : <Sides of={change} />}
    </span>
  );
}
