/** The line of the moment: playing, where it is, which event it is, and what it cost to come here. */
import { computed, signal, useSignalEffect } from '@preact/signals';
import {
  Bookmark,
  ChevronLeft,
  ChevronRight,
  ChevronsLeft,
  ChevronsRight,
  type IconNode,
  Link,
  Pause,
  Play,
} from 'lucide';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Moment } from '../../wire.ts';
import { copyText } from '../base/clipboard.ts';
import { count, dateTime } from '../base/format.ts';
import { Icon } from '../base/icon.tsx';
import { safeLine } from '../base/safe-text.ts';
import { type Action, actions, addActions, runAction } from '../moment/actions.ts';
import { hueOf } from '../moment/event-types.ts';
import { marks } from '../moment/marks.ts';
import { at, canGoBack, canGoOn, firstSequence, here, lastSequence, log, shown, wanted } from '../moment/place.ts';
import { zone, zoneName } from '../moment/zone.ts';
import { nowX, width } from '../timeline/view.ts';
import { checkOpenedLink, linkToHere } from './copied-link.ts';
import { GoTo, isGoToOpen, openGoTo } from './go-to.tsx';
import './line.css';
import { chooseSpeed, isPlaying, SPEEDS, speed, togglePlaying } from './playing.ts';
import { commitText, costText } from './told.ts';

export function MomentLine(): JSX.Element {
  useEffect(() => {
    const stops = [addActions(LINE_ACTIONS), checkOpenedLink()];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is not a part of a form
    <div
      class="ln"
      role="group"
      data-testid="moment-line"
      data-sequence={at.value}
      aria-label="The moment that is shown"
    >
      <Player />
      <Place />
      <GoTo />
      {!isGoToOpen.value && <What />}
      {!isGoToOpen.value && <Cost />}
    </div>
  );
}

function Player(): JSX.Element {
  const label = isPlaying.value ? 'Pause' : 'Play';
  return (
    <span class="ln-player">
      <Step of="commit-back" icon={ChevronsLeft} isPossible={canGoBack()} />
      <Step of="back" icon={ChevronLeft} isPossible={canGoBack()} />
      <button
        type="button"
        title={`${label} (Space)`}
        aria-label={label}
        data-testid="play"
        data-playing={isPlaying.value}
        onClick={togglePlaying}
      >
        <Icon of={isPlaying.value ? Pause : Play} />
      </button>
      <Step of="forward" icon={ChevronRight} isPossible={canGoOn()} />
      <Step of="commit-forward" icon={ChevronsRight} isPossible={canGoOn()} />
      <select
        aria-label="Speed"
        value={String(speed.value)}
        onChange={(event) => chooseSpeed(Number(event.currentTarget.value))}
      >
        {SPEEDS.map((one) => (
          <option key={one} value={String(one)}>
            {speedText(one)}
          </option>
        ))}
      </select>
    </span>
  );
}

interface StepProps {
  /** The action that it does. */
  readonly of: string;
  readonly icon: IconNode;
  readonly isPossible: boolean;
}

/** The same step that a key does; the tooltip names the key. */
function Step({ of, icon, isPossible }: StepProps): JSX.Element {
  const { title = '', keys = [] } = actions.value.find(({ id }) => id === of) ?? {};
  return (
    <button
      type="button"
      title={`${title} (${keys.map(({ label }) => label).join(' or ')})`}
      aria-label={title}
      data-testid="step"
      data-action={of}
      disabled={!isPossible}
      onClick={() => runAction(of)}
    >
      <Icon of={icon} />
    </button>
  );
}

function speedText(one: number): string {
  return Number.isFinite(one) ? `${one}×` : 'max';
}

function Place(): JSX.Element {
  const sequence = here.value;
  const isMarked = marks.value.includes(sequence);
  return (
    <span class="ln-place">
      <b data-testid="moment-sequence">{count(sequence)}</b> <span class="quiet">of {count(lastSequence.value)}</span>
      <button
        type="button"
        title={isMarked ? 'Take the mark away (m)' : 'Mark this moment (m)'}
        aria-label="Mark this moment"
        aria-pressed={isMarked}
        onClick={() => runAction('mark')}
      >
        <Icon of={Bookmark} />
      </button>
      <button
        type="button"
        title="Copy a link to this moment (l)"
        aria-label="Copy a link to this moment"
        onClick={copyLink}
      >
        <Icon of={Link} />
      </button>
      <span role="status" class="quiet">
        {copied.value}
      </span>
    </span>
  );
}

function What(): JSX.Element | null {
  const moment = shown.value;
  if (moment === undefined) return null;
  const { sequence, recordedAt, event, commit } = moment;
  if (sequence === 0) return <span class="quiet">before the first event</span>;
  return (
    <>
      <span class="mono" data-testid="moment-time" data-recorded-at={recordedAt}>
        {dateTime(recordedAt, zone.value)}{' '}
        <span class="quiet" title={zone.value}>
          {zoneName(zone.value)}
        </span>
      </span>
      <span class="ln-type">
        {event === undefined ? (
          <span class="quiet">
            {sequence < firstSequence.value
              ? 'the event was dropped, its state was kept'
              : 'an event that the model drops'}
          </span>
        ) : (
          <>
            <i style={{ background: `var(${hueOf(event.type)})` }} />
            {safeLine(event.type)}
          </>
        )}
      </span>
      {commit !== undefined && <span class="quiet mono">{commitText(sequence, commit)}</span>}
    </>
  );
}

let arrived: Moment | undefined;

/** What it cost to come here. Looking at more of the same moment costs nothing, and does not replace it. */
const arrival = computed(() => {
  const moment = shown.value;
  if (moment?.sequence !== arrived?.sequence || (moment?.cost.eventsFolded ?? 0) > 0) arrived = moment;
  return arrived;
});

function Cost(): JSX.Element {
  const moment = arrival.value;
  return (
    <span class="ln-cost mono quiet" data-testid="cost" title="What it cost to come to this moment">
      {moment === undefined || log.value?.hasModel !== true ? '' : costText(moment.cost, moment.sequence)}
    </span>
  );
}

const MOVED_PLACE = 'refold.moved';
const hasMoved = signal(sessionStorage.getItem(MOVED_PLACE) !== null);

/** The first keys to know, until the first move. It lies over the scrubber. */
export function FirstHint(): JSX.Element | null {
  useSignalEffect(() => {
    if (hasMoved.value || shown.value === undefined || typeof wanted.value === 'string') return;
    firstPlace ??= wanted.value;
    if (wanted.value === firstPlace || wanted.value === lastSequence.value) return;
    hasMoved.value = true;
    sessionStorage.setItem(MOVED_PLACE, 'yes');
  });
  if (hasMoved.value || isGoToOpen.value || lastSequence.value === 0) return null;
  return (
    <div class={nowX.value < width.value / 2 ? 'ln-hint late' : 'ln-hint'}>
      <span>drag, or press , and . · ? for keys</span>
    </div>
  );
}

let firstPlace: number | undefined;

const copied = signal('');
const COPIED_SHOWN = 2_000;
let copiedTimer: ReturnType<typeof setTimeout> | undefined;

async function copyLink(): Promise<void> {
  clearTimeout(copiedTimer);
  try {
    const isCopied = await copyText(await linkToHere());
    copied.value = isCopied ? 'link copied' : 'the browser does not allow copying';
  } catch (error) {
    copied.value = `no link: ${safeLine(String(error instanceof Error ? error.message : error))}`;
  }
  copiedTimer = setTimeout(() => (copied.value = ''), COPIED_SHOWN);
}

const LINE_ACTIONS: readonly Action[] = [
  {
    ...{ id: 'play', title: 'Play or pause', group: 'Move', keys: [{ key: 'Space', label: 'Space' }] },
    run: togglePlaying,
  },
  {
    ...{ id: 'go-to', title: 'Go to a sequence, a time or an end', group: 'Move', keys: [{ key: 'g', label: 'g' }] },
    run: openGoTo,
  },
  {
    ...{ id: 'copy-link', title: 'Copy a link to this moment', group: 'Mark', keys: [{ key: 'l', label: 'l' }] },
    run: () => void copyLink(),
  },
];
