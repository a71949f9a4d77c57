/** What stands in the panes of a view at a moment: ladders, lines and tables. A pane that fails says so, and the others stand. */
import type { LadderAnswer, PaneAnswer, TableAnswer, ViewAnswer, ViewInfo, ViewProblem } from '../wire.ts';
import type { About, LadderPane, Pane, TablePane, View, ViewCell, ViewLevel } from './view.ts';
import { call, clipped, readKnown, readNumber, readSides, readSubjects, readTold, ViewFailure } from './view-calls.ts';

/** What `/api/log` says of a view. @param state the one before the first event */
export function infoOf(view: View, state: unknown, first: About['first']): ViewInfo {
  const zone = firstZone(view, state, first);
  const panes = Object.entries(view.panes).map(([name, { kind }]) => ({ name, kind }));
  return { name: view.name, ...(zone !== undefined && { zone }), panes };
}

/** The zone, where the view knows it without any event folded. Why it does not is told with its answer at a moment. */
function firstZone(view: View, state: unknown, first: About['first']): string | undefined {
  try {
    return readTold<string>(view, 'zone', state, { of: '', first });
  } catch (error) {
    if (error instanceof ViewFailure) return undefined;
    throw error;
  }
}

/** @param asked the subject; undefined for the first one */
export function answerView(view: View, state: unknown, first: About['first'], asked: string | undefined): ViewAnswer {
  const { name } = view;
  try {
    const written = writtenAt(view, state, first, asked);
    const about: About = { of: written.of ?? '', first };
    return { name, ...written, panes: panesOf(view, state, about, written.priceDecimals) };
  } catch (error) {
    return { name, priceDecimals: 0, quantityDecimals: 0, panes: {}, problem: problemOf(error) };
  }
}

/** How the numbers of a view are written, what it is of, and what it can be of. */
export type Written = Omit<ViewAnswer, 'name' | 'panes' | 'problem'>;

/** @throws ViewFailure */
export function writtenAt(view: View, state: unknown, first: About['first'], asked: string | undefined): Written {
  const subjects = readSubjects(view, state, { of: '', first });
  const about: About = { of: subjects === undefined ? '' : (asked ?? subjects[0] ?? ''), first };
  const title = readTold<string>(view, 'title', state, about);
  const zone = readTold<string>(view, 'zone', state, about);
  return {
    priceDecimals: readTold<number>(view, 'priceDecimals', state, about) ?? 0,
    quantityDecimals: readTold<number>(view, 'quantityDecimals', state, about) ?? 0,
    ...(title !== undefined && { title }),
    ...(zone !== undefined && { zone }),
    ...(subjects !== undefined && { of: about.of, subjects }),
  };
}

/** Whether what a view is of is not there yet at its moment: its functions know nothing of it then. */
export function isEarly({ of = '', subjects, problem }: ViewAnswer): boolean {
  return problem === undefined && subjects !== undefined && !subjects.includes(of);
}

/** The answer at a moment with its numbers written as at another one. */
export function writtenAs(view: View, answer: ViewAnswer, other: Written): ViewAnswer {
  const { of, title, zone, priceDecimals, quantityDecimals } = other;
  const panes = Object.entries(answer.panes).map(([name, pane]) => {
    const own = view.panes[name];
    const isPrice = pane.kind === 'line' && own?.kind === 'line' && own.decimals === undefined;
    return [name, isPrice ? { ...pane, decimals: priceDecimals } : pane] as const;
  });
  return {
    ...{ ...answer, priceDecimals, quantityDecimals, panes: Object.fromEntries(panes) },
    ...(of !== undefined && { of }),
    ...(title !== undefined && { title }),
    ...(zone !== undefined && { zone }),
  };
}

function panesOf(view: View, state: unknown, about: About, decimals: number): ViewAnswer['panes'] {
  const panes = Object.entries(view.panes).flatMap(([name, pane]): [string, PaneAnswer][] => {
    const answer = safePane(view, name, pane, state, about, decimals);
    return answer === undefined ? [] : [[name, answer]];
  });
  return Object.fromEntries(panes);
}

function safePane(...asked: Parameters<typeof paneOf>): PaneAnswer | undefined {
  try {
    return paneOf(...asked);
  } catch (error) {
    return { kind: 'problem', problem: problemOf(error) };
  }
}

/** What a page shows of a view that failed. @throws what is not the view's doing */
function problemOf(error: unknown): ViewProblem {
  if (error instanceof ViewFailure) return error.problem;
  throw error;
}

function paneOf(
  view: View,
  name: string,
  pane: Pane,
  state: unknown,
  about: About,
  decimals: number,
): PaneAnswer | undefined {
  switch (pane.kind) {
    case 'ladder':
      return ladderOf(view, name, pane, state, about);
    case 'line': {
      const value = readNumber(`value of ${name}`, () => pane.value(state, about));
      return { kind: 'line', value, decimals: pane.decimals ?? decimals };
    }
    case 'table':
      return tableOf(name, pane, state, about);
    default:
      return undefined; // a heatmap and a tape are asked for apart
  }
}

const LADDER_ROWS = 20;

function ladderOf(
  view: View,
  name: string,
  { levels, rows = LADDER_ROWS }: LadderPane,
  state: unknown,
  about: About,
): LadderAnswer {
  const known = readKnown(view, about.first);
  const count = known === 'all' ? rows : Math.min(rows, known);
  const { bids, asks } = readSides(`levels of ${name}`, levels, state, count, about);
  return { kind: 'ladder', bids: bids.map(levelOf), asks: asks.map(levelOf) };
}

function levelOf({ price, quantity, orders }: ViewLevel): LadderAnswer['bids'][number] {
  return { price, quantity: Number(quantity), ...(Number.isSafeInteger(orders) && { orders: orders! }) };
}

/** Rows of a table that are told. */
const MOST_TABLE_ROWS = 1_000;
/** Characters of all of them. */
const MOST_TABLE_CHARACTERS = 262_144;

function tableOf(name: string, { columns, rows }: TablePane, state: unknown, about: About): TableAnswer {
  const given = call(`rows of ${name}`, () => rows(state, about));
  if (!Array.isArray(given)) throw new ViewFailure(`rows of ${name} gave no array`, 'Give an array of rows');
  const told: TableAnswer['rows'][number][] = [];
  let characters = 0;
  for (const [at, row] of given.slice(0, MOST_TABLE_ROWS).entries()) {
    if (!Array.isArray(row))
      throw new ViewFailure(`rows of ${name}: row ${at} is not an array`, 'Give a list of values');
    const cells = columns.map((_, column) => cellOf(row[column]));
    characters += JSON.stringify(cells).length;
    if (characters > MOST_TABLE_CHARACTERS) break;
    told.push(cells);
  }
  return { kind: 'table', columns: columns.map(clipped), rows: told, total: given.length };
}

/** What cannot be shown as it is becomes text. */
function cellOf(value: ViewCell): string | number | boolean | null {
  if (value === undefined || value === null || typeof value === 'boolean') return value ?? null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  return clipped(typeof value === 'object' || typeof value === 'function' ? typeof value : String(value));
}
