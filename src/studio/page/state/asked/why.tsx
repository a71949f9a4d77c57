/** Why a place is as it is: each event that changed it, newest first. A click goes to its moment. */
import { computed, type Signal, signal } from '@preact/signals';
import type { JSX } from 'preact';
import { count, counted } from '../../base/format.ts';
import { ListPlace } from '../../base/long-list.tsx';
import { Problem } from '../../base/problem.tsx';
import { safeLine } from '../../base/safe-text.ts';
import { endJob } from '../../moment/job-stream.ts';
import { at, go, selectedPath } from '../../moment/place.ts';
import { Lines } from '../parts/lines.tsx';
import { momentText } from '../parts/moment-text.ts';
import { isPath } from '../parts/path-text.ts';
import { Sides } from '../parts/value.tsx';
import { askMore, askWhy, type Explained, explained, type WhyChange } from './asking-why.ts';
import './asked.css';

const place = new ListPlace(computed(() => explained.value?.changes.length ?? 0));
const active: Signal<string> = signal('');

export function Why(): JSX.Element {
  const known = explained.value;
  return (
    <div
      class="st-asked pane"
      style={{ '--st-type': longestType(known?.changes ?? []) }}
      data-testid="why"
      data-path={known?.path}
      data-state={known?.state ?? 'none'}
    >
      <Asking of={known} />
      {known !== undefined && <Answer of={known} />}
    </div>
  );
}

/** How many characters the longest type has: all of the column are as wide. */
function longestType(changes: readonly WhyChange[]): number {
  return changes.reduce((most, { type }) => Math.max(most, type.length), 0);
}

/** The button that asks: for a place that is selected and was not asked about, or again for the moment that is shown. */
function Asking({ of }: { readonly of: Explained | undefined }): JSX.Element | null {
  const path = selectedPath.value;
  const isOther = path !== '' && isPath(path) && path !== of?.path;
  if (of === undefined && !isOther)
    return <p class="st-hint">Select a place of the state, and press w to see every event that changed it.</p>;
  const isOld = of !== undefined && of.at !== at.value && of.state !== 'running';
  return (
    <div class="st-bar">
      {of !== undefined && (
        <span class="st-about">
          <code>{safeLine(of.path)}</code> as of {count(of.at)}
        </span>
      )}
      {isOther && (
        <button type="button" class="st-button" onClick={() => askWhy(path)}>
          Why is <code>{safeLine(path)}</code> so?
        </button>
      )}
      {!isOther && isOld && (
        <button type="button" class="st-button" onClick={() => askWhy(of.path)}>
          As of {count(at.value)}
        </button>
      )}
    </div>
  );
}

function Answer({ of }: { readonly of: Explained }): JSX.Element {
  return (
    <>
      <Lines
        {...{ place, active, keyOf, attributes, content }}
        lines={of.changes}
        label={`Events that changed ${of.path}, newest first`}
        testId="why-rows"
        role="listbox"
        onPick={(change) => go(change.sequence)}
      />
      <div class="st-bar st-end" role="status">
        <End of={of} />
      </div>
    </>
  );
}

function End({ of }: { readonly of: Explained }): JSX.Element {
  const { changes, state, progress, from, isComplete, problem } = of;
  const found = counted(changes.length, 'change');
  if (problem !== undefined) return <Problem of={problem} />;
  if (state === 'running')
    return (
      <>
        <progress value={progress} aria-label="How far was looked" />
        <span>{found} so far</span>
        <button type="button" class="st-button" onClick={endJob}>
          Stop
        </button>
      </>
    );
  const looked = from === undefined || from > of.at ? '' : `, looked back to ${count(from)}`;
  if (isComplete)
    return (
      <span>
        {changes.length === 0 ? 'no event changed it' : `${found}, these are all`}
        {looked}
      </span>
    );
  return (
    <>
      <span>{state === 'ended' ? `${found}, stopped` : `the newest ${found}${looked}`}</span>
      <button type="button" class="st-button" onClick={askMore}>
        More
      </button>
    </>
  );
}

function keyOf({ sequence }: WhyChange): string {
  return String(sequence);
}

function attributes({ sequence, recordedAt }: WhyChange): Readonly<Record<string, unknown>> {
  return {
    class: sequence === at.value ? 'st-row st-current' : 'st-row',
    title: momentText(recordedAt),
    'data-testid': 'why-row',
    'data-sequence': sequence,
    'aria-current': sequence === at.value ? 'true' : undefined,
  };
}

function content(change: WhyChange): JSX.Element {
  const { sequence, recordedAt, type } = change;
  return (
    <>
      <span class="st-sequence">{count(sequence)}</span>
      <span class="st-time">{momentText(recordedAt)}</span>
      <span class="st-type" title={safeLine(type)}>
        {safeLine(type)}
      </span>
      <span class="st-text-line">
        <Sides of={{ ...change, path: explained.value!.path }} />
      </span>
    </>
  );
}
