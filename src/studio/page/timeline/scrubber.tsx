/**
 * The scrubber: a handle on the same axis as the timeline. Drag it, click, or step with the arrow keys, which the page's own keys
 * do when the scrubber has the focus.
 */
import type { JSX } from 'preact';
import { count, dateTime } from '../base/format.ts';
import { inNextFrame } from '../base/frames.ts';
import { marks } from '../moment/marks.ts';
import { firstSequence, go, lastSequence, shown, step } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { sequenceAt, xOf } from './scale.ts';
import { nowSequence, nowX, scale, width } from './view.ts';

export function Scrubber(): JSX.Element {
  const x = nowX.value;
  const isInSight = x >= 0 && x <= width.value;
  return (
    <div class="tl-rail">
      <div
        class="tl-scrubber"
        role="slider"
        data-testid="scrubber"
        tabIndex={0}
        aria-label="Moment"
        aria-valuenow={nowSequence.value}
        aria-valuemin={Math.max(0, firstSequence.value - 1)}
        aria-valuemax={lastSequence.value}
        aria-valuetext={valueText()}
        onPointerDown={scrub}
        onKeyDown={press}
      >
        <div class="tl-track" />
        {marks.value.map((mark) => {
          const place = xOf(scale.value, mark);
          if (place < 0 || place > width.value) return null;
          return <i key={mark} class="tl-mark" style={{ transform: `translateX(${Math.round(place)}px)` }} />;
        })}
        {lastSequence.value === 0 ? null : isInSight ? (
          <div class="tl-handle" style={{ transform: `translateX(${Math.round(x)}px)` }} />
        ) : (
          <div class={x < 0 ? 'tl-beyond left' : 'tl-beyond right'} aria-hidden="true" />
        )}
      </div>
    </div>
  );
}

function valueText(): string {
  const sequence = nowSequence.value;
  const moment = shown.value;
  const event = `event ${count(sequence)} of ${count(lastSequence.value)}`;
  if (sequence === 0) return 'before the first event';
  return moment?.sequence === sequence ? `${event}, ${dateTime(moment.recordedAt, zone.value)}` : event;
}

/** Follows the pointer: at most one move for each frame. */
function scrub(down: PointerEvent): void {
  if (down.button !== 0) return;
  const element = down.currentTarget as HTMLElement;
  const { left } = element.getBoundingClientRect();
  const ending = new AbortController();
  const { signal } = ending;
  let x = down.clientX - left;
  const goThere = (): void => go(sequenceAt(scale.value, x));
  const move = (event: PointerEvent): void => {
    x = event.clientX - left;
    inNextFrame(goThere);
  };
  element.setPointerCapture(down.pointerId);
  element.addEventListener('pointermove', move, { signal });
  element.addEventListener('lostpointercapture', () => ending.abort(), { signal });
  goThere();
}

const UPRIGHT_KEYS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };

/** Left and right, Page, Home and End are keys of the page. */
function press(event: KeyboardEvent): void {
  const events = UPRIGHT_KEYS[event.key];
  if (events === undefined) return;
  event.preventDefault();
  step(events);
}
