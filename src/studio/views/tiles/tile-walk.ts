/** Folds the events of a run of columns, and sums up what a view says of the state after each. */
import type { Past, RecordedEvent } from '../../../index.ts';
import type { About, HeatmapPane, LinePane, View } from '../view.ts';
import { call, readNumber, readPrint, readSides, readTime, type Sides } from '../view-calls.ts';
import { type Column, momentColumn } from './column.ts';
import { Integration } from './integration.ts';
import type { Run } from './tile-plan.ts';

/** What is drawn of a view. */
export interface Drawing {
  readonly view: View;
  readonly about: About;
  readonly pane: HeatmapPane;
  /** The name of the heatmap, for messages. */
  readonly name: string;
  readonly lines: readonly (readonly [name: string, pane: LinePane])[];
  /** Levels of each side. */
  readonly depth: number;
}

/**
 * @param give gets each column, by its place in the run
 * @throws ViewFailure for a view that fails: columns before that were given; as `past.walk` does
 */
export async function walkRun(
  past: Past,
  drawing: Drawing,
  { stretch, from, to, isBeginning, isEnd }: Run,
  give: (column: number, content: Column) => void,
  signal: AbortSignal,
): Promise<void> {
  const integration = new Integration(stretch, give);
  let time: number | undefined;
  await past.walk({
    ...{ from, to, signal },
    before(state, sequence) {
      if (!isBeginning) integration.begin(sidesOf(drawing, state, sequence), linesOf(drawing, state, sequence));
    },
    each(event, state) {
      if (integration.isOver) return;
      const isFirst = time === undefined;
      time = readTime(drawing.view, event);
      const isTouched = isFirst || touches(drawing, event);
      integration.add({
        time,
        ...(isTouched && {
          sides: sidesOf(drawing, state, event.sequence),
          lines: linesOf(drawing, state, event.sequence),
        }),
        print: printOf(drawing, event, time),
      });
    },
  });
  integration.end(isEnd ? (time ?? Number.NEGATIVE_INFINITY) : undefined);
}

/** A column that shows the state at a keyframe. @throws ViewFailure */
export function columnOf(drawing: Drawing, state: unknown, sequence: number): Column {
  const { bids, asks } = sidesOf(drawing, state, sequence);
  const best = { bid: bids[0]?.price ?? Number.NaN, ask: asks[0]?.price ?? Number.NaN };
  return momentColumn([...bids, ...asks], best, linesOf(drawing, state, sequence));
}

function sidesOf({ pane, name, depth, about }: Drawing, state: unknown, sequence: number): Sides {
  return readSides(`levels of ${name}`, pane.levels, state, depth, about, sequence);
}

function linesOf({ lines, about }: Drawing, state: unknown, sequence: number): readonly number[] {
  return lines.map(([name, { value }]) => {
    return readNumber(`value of ${name}`, () => value(state, about), sequence) ?? Number.NaN;
  });
}

function touches({ pane, name, about }: Drawing, event: RecordedEvent): boolean {
  const { touches: asked } = pane;
  return asked === undefined || call(`touches of ${name}`, () => asked(event, about), event.sequence) !== false;
}

function printOf({ pane, name, about }: Drawing, event: RecordedEvent, time: number) {
  return pane.print === undefined ? undefined : readPrint(`print of ${name}`, pane.print, event, time, about);
}
