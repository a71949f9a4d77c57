/**
 * `defineView`: checks a view and keeps a copy. It needs nothing of Node, so a module with a view loads fast.
 */
import { type Catalog, type DeepReadonly, type Model, type RecordedEventOf, RefoldError } from '../../model.ts';
import { PANE_KINDS, type Pane, type View, type ViewDefinition } from './view.ts';

/**
 * Defines how the states and events of a model are drawn by the studio: ladder, heatmap, tape, lines and tables.
 *
 * @throws RefoldError `INVALID_OPTION` for a definition that cannot be used, with the name of the part
 */
export function defineView<State extends object, C extends Catalog>(
  model: Model<State, C, any, any>,
  definition: ViewDefinition<DeepReadonly<State>, RecordedEventOf<C>>,
): View<DeepReadonly<State>, RecordedEventOf<C>> {
  const name: unknown = (model as { readonly name?: unknown } | undefined)?.name;
  if (typeof name !== 'string') throw badView('model', 'it is not a model', 'Give what defineModel gave');
  return checkView({ ...(definition as object), model: name }) as View<DeepReadonly<State>, RecordedEventOf<C>>;
}

/**
 * A checked copy of a view: the studio checks what it loads again, since another copy of refold may have made it.
 *
 * @throws RefoldError `INVALID_OPTION`
 */
export function checkView(given: unknown): View {
  if (!isRecord(given) || typeof given.model !== 'string' || !isRecord(given.panes))
    throw badView('view', 'it is not a view', 'Give what defineView gives');
  if (!isName(given.name)) throw badView('name', 'it is not a short text', HINT_VIEW_NAME);
  for (const part of Object.keys(given))
    if (!VIEW_PARTS.includes(part))
      throw badView(part, 'there is no such part', `Its parts are ${VIEW_PARTS.join(', ')}`);
  for (const part of FUNCTIONS) requireFunction(given, part);
  requireTold(given, 'title', isText, 'text');
  requireTold(given, 'zone', isText, 'text');
  requireTold(given, 'priceDecimals', isDecimals, DECIMALS_IN_WORDS);
  requireTold(given, 'quantityDecimals', isDecimals, DECIMALS_IN_WORDS);
  requireTold(given, 'known', isKnown, KNOWN_IN_WORDS);
  const panes = Object.entries(given.panes).map(([name, pane]) => [name, checkPane(name, pane)] as const);
  requirePanes(panes);
  return { ...(given as unknown as View), panes: Object.fromEntries(panes) };
}

const FUNCTIONS = ['subjects', 'time'];
const VIEW_PARTS = [
  ...['model', 'name', 'panes', 'title', 'zone', 'priceDecimals', 'quantityDecimals', 'known'],
  ...FUNCTIONS,
];
const MOST_PANES = 16;
const MOST_TABLE_COLUMNS = 50;
const LONGEST_VIEW_NAME = 64;
const HINT_VIEW_NAME = `Give a text of 1 to ${LONGEST_VIEW_NAME} characters`;
/** The largest number of decimals that a number can use. */
const MOST_DECIMALS = 18;
/** What `isDecimals` and `isKnown` ask for, in hints. */
export const DECIMALS_IN_WORDS: string = `a whole number from 0 to ${MOST_DECIMALS}`;
export const KNOWN_IN_WORDS = "a whole number from 1, or 'all'";
/** Levels that a ladder and a heatmap can have at each side. */
const MOST_LEVELS = { ladder: 200, heatmap: 500 };

function checkPane(name: string, pane: unknown): Pane {
  const path = `panes.${name}`;
  if (!isName(name)) throw badView(path, 'its name is not a short text', HINT_VIEW_NAME);
  if (!isRecord(pane)) throw badView(path, 'it is not an object', 'Give { kind, … }');
  const kind = PANE_KINDS.find((one) => one === pane.kind);
  if (kind === undefined)
    throw badView(`${path}.kind`, 'there is no such kind', `Give one of ${PANE_KINDS.join(', ')}`);
  const { required, known } = PANE_PARTS[kind];
  for (const part of Object.keys(pane))
    if (!known.includes(part))
      throw badView(`${path}.${part}`, `a ${kind} has no such part`, `It has ${known.join(', ')}`);
  if (pane[required] === undefined)
    throw badView(`${path}.${required}`, 'it is missing', `Give a function: a ${kind} is made of what it gives`);
  for (const part of ['levels', 'print', 'touches', 'value', 'rows'])
    if (part !== 'rows' || kind === 'table') requireFunction(pane, part, `${path}.`);
  if (kind === 'ladder') requireCount(pane.rows, `${path}.rows`, MOST_LEVELS.ladder);
  if (kind === 'heatmap') requireCount(pane.depth, `${path}.depth`, MOST_LEVELS.heatmap);
  if (kind === 'line' && pane.decimals !== undefined && !isDecimals(pane.decimals))
    throw badView(`${path}.decimals`, 'it is not a number of decimals', `Give ${DECIMALS_IN_WORDS}`);
  if (kind === 'tape' && pane.types !== undefined && !isTexts(pane.types))
    throw badView(`${path}.types`, 'it is not a list of types', 'Give the types of the events that print');
  if (kind === 'table' && (!isTexts(pane.columns) || pane.columns.length > MOST_TABLE_COLUMNS))
    throw badView(`${path}.columns`, 'it is not a list of names', `Give at most ${MOST_TABLE_COLUMNS} texts`);
  return { ...pane } as unknown as Pane;
}

interface PaneParts {
  readonly required: string;
  readonly known: readonly string[];
}

const PANE_PARTS: Readonly<Record<Pane['kind'], PaneParts>> = {
  ladder: { required: 'levels', known: ['kind', 'levels', 'rows'] },
  heatmap: { required: 'levels', known: ['kind', 'levels', 'print', 'touches', 'depth'] },
  tape: { required: 'print', known: ['kind', 'print', 'types'] },
  line: { required: 'value', known: ['kind', 'value', 'decimals'] },
  table: { required: 'rows', known: ['kind', 'columns', 'rows'] },
};

/** One heatmap and one tape: a tile and rows are asked for by the view. */
function requirePanes(panes: readonly (readonly [string, Pane])[]): void {
  if (panes.length === 0 || panes.length > MOST_PANES)
    throw badView('panes', `there are ${panes.length} panes`, `Give 1 to ${MOST_PANES}`);
  for (const kind of ['heatmap', 'tape'])
    if (panes.filter(([, pane]) => pane.kind === kind).length > 1)
      throw badView('panes', `there are several of the kind ${kind}`, 'Put each into its own view');
}

type Parts = { readonly [part: string]: unknown };

function requireFunction(given: Parts, part: string, path = ''): void {
  if (given[part] !== undefined && typeof given[part] !== 'function')
    throw badView(`${path}${part}`, 'it is not a function', 'Give a function, or leave it out');
}

function requireTold(given: Parts, part: string, test: (value: unknown) => boolean, words: string): void {
  const value = given[part];
  if (value !== undefined && typeof value !== 'function' && !test(value))
    throw badView(part, `it is not ${words}`, `Give ${words}, or a function that gives it`);
}

function requireCount(value: unknown, path: string, most: number): void {
  if (value !== undefined && !(Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most))
    throw badView(path, 'it is not a number of levels', `Give a whole number from 1 to ${most}`);
}

function isRecord(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_VIEW_NAME;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

export function isDecimals(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_DECIMALS;
}

export function isKnown(value: unknown): value is number | 'all' {
  return value === 'all' || (Number.isSafeInteger(value) && (value as number) >= 1);
}

function badView(type: string, problem: string, hint: string): RefoldError {
  const part = type === 'view' ? '' : `${type}: `;
  return new RefoldError('INVALID_OPTION', `Cannot use the view: ${part}${problem}`, { type, hint });
}
