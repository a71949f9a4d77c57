/** The heatmap of the view that was shown last: it is kept while another tab is shown. It is fed with what the page knows. */
import { effect, type Signal, signal, untracked } from '@preact/signals';
import { getBytes } from '../base/api.ts';
import { heatmapWindow, log, shown, type Window } from '../moment/place.ts';
import { HeatmapModel, tileParams } from './heatmap/heatmap-model.ts';
import { decodeTile } from './heatmap/tiles/decode.ts';
import { TILE_COLUMNS } from './heatmap/tiles/tile-plan.ts';
import { timeOfEvent } from './scaled.ts';

let kept: { readonly view: string; readonly of: string | undefined; readonly model: HeatmapModel } | undefined;

/** The heatmap of a view of a subject. That of another one is forgotten. */
export function heatmapOf(view: string, of: string | undefined): HeatmapModel {
  if (kept?.view === view && kept.of === of) return kept.model;
  kept?.model.close();
  const model = new HeatmapModel(async (place, signal) =>
    decodeTile(await getBytes('tile', { view, of, ...tileParams(place), columns: TILE_COLUMNS }, signal)),
  );
  kept = { view, of, model };
  return model;
}

const isSeen: Signal<boolean> = signal(true);

/** Tells the heatmap of log, moment and width until the returned function is called. Then it asks for nothing. */
export function feed(model: HeatmapModel, width: Signal<number>): () => void {
  const see = (): unknown => (isSeen.value = !document.hidden);
  see();
  document.addEventListener('visibilitychange', see);
  const unlink = followLink(model);
  const stop = effect(() => {
    const [around, generation] = [surroundings(width.value), log.value?.generation];
    if (around === undefined || generation === undefined) return;
    untracked(() => model.update({ ...around, generation }));
  });
  return () => {
    document.removeEventListener('visibilitychange', see);
    stop();
    unlink();
    model.close();
  };
}

/** What a heatmap has said to the link: another one has other prices, and does not take it for a link that was opened. */
let written: Window | undefined;

/** Shows what a link says, and says to the link what is shown. */
function followLink(model: HeatmapModel): () => void {
  const stops = [
    effect(() => {
      const { value } = heatmapWindow;
      if (value !== undefined && value !== written) untracked(() => model.show(value));
    }),
    effect(() => {
      const { window, time } = model;
      if (time.value === undefined) return; // a link waits until the log is known
      written = window;
      heatmapWindow.value = window;
    }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}

function surroundings(width: number) {
  const { firstRecordedAt, lastRecordedAt, lastSequence } = log.value ?? { lastSequence: 0 };
  if (firstRecordedAt === undefined || lastRecordedAt === undefined || shown.value === undefined) return undefined;
  const { recordedAt, event } = shown.value;
  return {
    // The last event is up to a millisecond later than its whole milliseconds.
    log: { from: firstRecordedAt, to: lastRecordedAt + 1 },
    ...{ lastSequence, width, isSeen: isSeen.value },
    moment: recordedAt === 0 ? firstRecordedAt : timeOfEvent(recordedAt, event?.meta),
  };
}
