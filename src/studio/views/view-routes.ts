/** What a page asks of views: what stands in their panes at a moment, tiles of their heatmaps, their tapes. */
import { LARGEST_TIME } from '../../guests/zones.ts';
import { type Past, RefoldError } from '../../index.ts';
import { AnsweredProblem } from '../server/answering.ts';
import { badQuery, readChoice, readCount, readReal, readText } from '../server/query.ts';
import type { TapeAnswer, TileAnswer, ViewAnswer, ViewInfo } from '../wire.ts';
import { answerView, infoOf, isEarly, writtenAs } from './panes.ts';
import { MOST_TAPE_ROWS, readTape } from './tape.ts';
import { tileAsBytes, tileAsJson } from './tiles/tile-answer.ts';
import type { Drawing } from './tiles/tile-walk.ts';
import { Tiles } from './tiles/tiles.ts';
import type { HeatmapPane, LinePane, Pane, TapePane, View } from './view.ts';
import { readKnown, ViewFailure } from './view-calls.ts';
import { ViewSource } from './view-source.ts';

/** Draws what stands at a moment. It does not wait: the state moves on. */
export type DrawView = (state: unknown) => ViewAnswer;

export class Views {
  readonly #views: readonly View[];
  readonly #source: ViewSource;
  readonly #tiles: Tiles;

  constructor(views: readonly View[], past: Past) {
    this.#views = views;
    this.#source = new ViewSource(past);
    this.#tiles = new Tiles(this.#source);
  }

  async infos(): Promise<readonly ViewInfo[]> {
    const first = await this.#source.first();
    const state = this.#source.past.model.initialState();
    return this.#views.map((view) => infoOf(view, state, first));
  }

  /** What a question about a moment has to draw; undefined if it names no view. @throws RefoldError `INVALID_OPTION` */
  async drawing(query: URLSearchParams): Promise<DrawView | undefined> {
    if (readText(query, 'view') === undefined) return undefined;
    const view = this.#named(query);
    const first = await this.#source.first();
    const of = readText(query, 'of');
    return (state) => answerView(view, state, first, of);
  }

  /** The answer as a person can read it: before there is what the view is of, with the numbers of the log's end. */
  async readable(answer: ViewAnswer, of: string | undefined): Promise<ViewAnswer> {
    const view = this.#views.find(({ name }) => name === answer.name);
    if (view === undefined || !isEarly(answer)) return answer;
    try {
      return writtenAs(view, answer, await this.#source.atEnd(view, of));
    } catch {
      return answer; // what fails at the end is told where it is asked for
    }
  }

  /** @throws RefoldError `INVALID_OPTION`; as `past.walk` */
  async tile(query: URLSearchParams, signal: AbortSignal): Promise<TileAnswer | Uint8Array> {
    const isJson = readChoice(query, 'format', ['bytes', 'json']) === 'json';
    const stretch = {
      from: readReal(query, 'from', -LARGEST_TIME, LARGEST_TIME),
      step: readReal(query, 'step', SHORTEST_STEP, LARGEST_TIME),
      columns: Math.max(1, readCount(query, 'columns', 512, MOST_TILE_COLUMNS)),
    };
    return answered(async () => {
      const { known, ...drawing } = await this.#drawingOf(this.#named(query), readText(query, 'of'));
      const tile = await this.#tiles.ask(drawing, stretch, signal);
      const view = { known, depth: drawing.depth, lines: drawing.lines.map(([name]) => name) };
      return isJson ? tileAsJson(tile, view) : tileAsBytes(tile, view);
    });
  }

  /** @param at the moment that is asked for @throws RefoldError `INVALID_OPTION`; as `past.events` */
  async tape(query: URLSearchParams, at: number, signal: AbortSignal): Promise<TapeAnswer> {
    const view = this.#named(query);
    const [name, pane] = paneOf<TapePane>(view, 'tape');
    const count = readCount(query, 'count', 100, MOST_TAPE_ROWS);
    return answered(() => readTape(this.#source, view, { name, pane, of: readText(query, 'of'), at, count }, signal));
  }

  #named(query: URLSearchParams): View {
    const name = readText(query, 'view');
    const view = this.#views.find((one) => one.name === name);
    if (view !== undefined) return view;
    const names = this.#views.map((one) => one.name).join(', ');
    throw badQuery(
      'view',
      name === undefined ? 'it is missing' : 'there is no such view',
      `Give one of ${names || 'none'}`,
    );
  }

  async #drawingOf(view: View, of: string | undefined): Promise<Drawing & { readonly known: number | 'all' }> {
    const [name, pane] = paneOf<HeatmapPane>(view, 'heatmap');
    const about = await this.#source.about(view, of);
    const known = readKnown(view, about.first);
    const { depth = HEATMAP_DEPTH } = pane;
    const lines = Object.entries(view.panes).filter((entry): entry is [string, LinePane] => entry[1].kind === 'line');
    return { view, about, pane, name, lines, depth: known === 'all' ? depth : Math.min(depth, known), known };
  }
}

/** Levels of each side in a heatmap that does not say how many. */
const HEATMAP_DEPTH = 50;
const MOST_TILE_COLUMNS = 1_024;
/** The shortest column, in ms. */
const SHORTEST_STEP = 0.001;

function paneOf<Kind extends Pane>(view: View, kind: Kind['kind']): readonly [string, Kind] {
  const found = Object.entries(view.panes).find(([, pane]) => pane.kind === kind);
  if (found !== undefined) return found as [string, Kind];
  throw new RefoldError('INVALID_OPTION', `Cannot show ${view.name}: it has no ${kind}`, {
    type: 'view',
    hint: 'Ask for a view that has one: /api/log lists them',
  });
}

/** A view that fails is not a defect of the studio. */
async function answered<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof ViewFailure ? new AnsweredProblem(error.problem) : error;
  }
}
