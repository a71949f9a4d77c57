/** The timeline over all of the log: which events there are, the picture of where they are, and what is shown of it. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { count } from '../base/format.ts';
import { type Action, addActions } from '../moment/actions.ts';
import { range } from '../moment/place.ts';
import { keepCounting } from './counting.ts';
import { Legend } from './legend.tsx';
import { Picture } from './picture.tsx';
import type { TimelineBy } from './scale.ts';
import './timeline.css';
import { by, keepView, showAll, zoomHere } from './view.ts';

export function Timeline(): JSX.Element {
  useEffect(() => {
    const stops = [keepView(), keepCounting(), addActions(TIMELINE_ACTIONS)];
    return () => {
      for (const stop of stops) stop();
    };
  }, []);
  return (
    <section class="tl" aria-label="Timeline">
      <div class="tl-head">
        <Legend />
        <ShownPart />
        <AxisSwitch />
      </div>
      <Picture />
    </section>
  );
}

/** Which events are shown, when these are not all, and the way back to all. */
function ShownPart(): JSX.Element | null {
  if (range.value === undefined) return null;
  const { from, to } = range.value;
  return (
    <span class="tl-part">
      {count(from)} – {count(to)}
      <button type="button" title="Show all of the log (a)" onClick={showAll}>
        All
      </button>
    </span>
  );
}

const AXES: readonly { readonly axis: TimelineBy; readonly title: string }[] = [
  { axis: 'sequence', title: 'Each event takes the same width (b)' },
  { axis: 'time', title: 'Events lie where they were recorded (b)' },
];

function AxisSwitch(): JSX.Element {
  return (
    // biome-ignore lint/a11y/useSemanticElements: two buttons are not a part of a form
    <span class="tl-axes" role="group" aria-label="Axis of the timeline">
      {AXES.map(({ axis, title }) => (
        <button
          key={axis}
          type="button"
          title={title}
          aria-pressed={by.value === axis}
          onClick={() => (by.value = axis)}
        >
          {axis}
        </button>
      ))}
    </span>
  );
}

const CLOSER = 0.5;

const TIMELINE_ACTIONS: readonly Action[] = [
  look('zoom-in', 'Zoom the timeline in around the moment', 'i', () => zoomHere(CLOSER)),
  look('zoom-out', 'Zoom the timeline out', 'o', () => zoomHere(1 / CLOSER)),
  look('zoom-all', 'Show all of the log on the timeline', 'a', showAll),
  look(
    'axis',
    'Change the timeline between sequence and time',
    'b',
    () => (by.value = by.value === 'time' ? 'sequence' : 'time'),
  ),
];

function look(id: string, title: string, key: string, run: () => void): Action {
  return { id, title, group: 'Look', keys: [{ key, label: key }], run };
}
