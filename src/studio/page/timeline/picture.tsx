/**
 * The picture of the timeline. The canvas is drawn when what it shows has changed; the moment, the pointer and a selection lie
 * above it and move without drawing.
 *
 * A drag selects a part to zoom into, a click goes there, the wheel zooms around the pointer; with Shift a drag or the wheel pans.
 */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { fitCanvas, inNextFrame, notInNextFrame } from '../base/frames.ts';
import { theme } from '../base/settings.ts';
import { hueOf, typeCounts, typesInOrder } from '../moment/event-types.ts';
import { marks } from '../moment/marks.ts';
import { log } from '../moment/place.ts';
import { zone } from '../moment/zone.ts';
import { drag, type Pointed, turnWheel } from './dragging.ts';
import { type Colours, described, drawTimeline } from './draw.ts';
import { eventsOf } from './layer.ts';
import { CANVAS_HEIGHT } from './sizes.ts';
import { Tip } from './tip.tsx';
import { detailLayer, nowX, scale, showAll, wholeLayer, width } from './view.ts';

export function Picture(): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<Pointed>({});
  useWidth(place);
  useDrawing(canvas);
  useWheel(place);
  useQuietKeys(pointed);
  const { value } = log;
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is a picture that can be zoomed, not a part of a form
    <div
      ref={place}
      class="tl-picture"
      role="group"
      data-testid="timeline"
      data-sum={wholeLayer.value?.by === scale.value.by ? eventsOf(wholeLayer.value) : undefined}
      data-from={scale.value.span.lo}
      data-to={scale.value.span.hi}
      data-sampled={wholeLayer.value?.isSampled}
      aria-label={value && described(value, typeCounts.value)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: its keys are Escape and those of the page
      tabIndex={0}
      onPointerDown={(event) => drag(event, pointed)}
      onPointerMove={(event) => point(event, pointed)}
      onPointerLeave={() => (pointed.value = { selection: pointed.value.selection })}
      onKeyDown={(event) => event.key === 'Escape' && showAll()}
    >
      <canvas ref={canvas} />
      {value?.lastSequence === 0 && <p class="tl-empty">no events yet, waiting</p>}
      <Selected of={pointed} />
      {value?.lastSequence !== 0 && <Now />}
      <Tip of={pointed} />
    </div>
  );
}

function point(event: PointerEvent, pointed: Signal<Pointed>): void {
  const { left, top } = (event.currentTarget as HTMLElement).getBoundingClientRect();
  pointed.value = { ...pointed.value, x: event.clientX - left, y: event.clientY - top };
}

function useWidth(place: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = Math.max(1, Math.floor(entry!.contentRect.width))));
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
}

/** Browsers take the page's own zoom away only from listeners that are not passive. */
function useWheel(place: { readonly current: HTMLElement | null }): void {
  useEffect(() => {
    const element = place.current!;
    element.addEventListener('wheel', turnWheel, { passive: false });
    return () => element.removeEventListener('wheel', turnWheel);
  }, []);
}

/** What lies under a resting pointer is not shown while a person types. */
function useQuietKeys(pointed: Signal<Pointed>): void {
  useEffect(() => {
    const hide = (): void => {
      if (pointed.value.x !== undefined) pointed.value = { selection: pointed.value.selection };
    };
    addEventListener('keydown', hide);
    return () => removeEventListener('keydown', hide);
  }, []);
}

function useDrawing(canvas: { readonly current: HTMLCanvasElement | null }): void {
  const colours = useRef<Colours | undefined>(undefined);
  useSignalEffect(() => {
    void theme.value;
    colours.current = undefined;
  });
  useSignalEffect(() => {
    const value = log.value;
    const picture = value && {
      ...{ scale: scale.value, whole: wholeLayer.value, detail: detailLayer.value, log: value, marks: marks.value },
      ...{ hueOf, typesInOrder: typesInOrder(), zone: zone.value },
    };
    void theme.value;
    if (picture === undefined || picture.scale.width <= 1) return;
    const draw = (): void => {
      colours.current ??= coloursOf(canvas.current!);
      const factor = fitCanvas(canvas.current!, picture.scale.width, CANVAS_HEIGHT);
      const context = canvas.current!.getContext('2d', { alpha: false })!;
      context.setTransform(factor, 0, 0, factor, 0, 0);
      drawTimeline(context, picture, colours.current);
    };
    inNextFrame(draw);
    return () => notInNextFrame(draw);
  });
}

function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  const ofToken = (token: string): string => {
    const colour = known.get(token) ?? style.getPropertyValue(token).trim();
    known.set(token, colour);
    return colour;
  };
  return {
    ...{ ground: ofToken('--ground'), line: ofToken('--line'), text: ofToken('--text'), muted: ofToken('--muted') },
    ...{ font: `${ofToken('--small')} ${ofToken('--mono')}`, ofToken },
  };
}

function Selected({ of }: { readonly of: Signal<Pointed> }): JSX.Element | null {
  const { selection } = of.value;
  if (selection === undefined) return null;
  const [left, right] = [Math.min(...selection), Math.max(...selection)];
  return <div class="tl-selected" style={{ transform: `translateX(${left}px)`, width: `${right - left}px` }} />;
}

/** The moment, as a line through all of the picture. */
function Now(): JSX.Element | null {
  const x = nowX.value;
  if (x < 0 || x > width.value) return null;
  return <div class="tl-now" style={{ transform: `translateX(${Math.round(x)}px)` }} />;
}
