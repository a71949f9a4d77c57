/** `refold state` and `refold at`: print the current state or a past state, or a part of it. */

import type { Command } from 'commander';
import type { Place } from '../../../guests/position.ts';
import { lookUp, nothingThere } from '../../../guests/state-path.ts';
import { hashState, type Model, openStore } from '../../../index.ts';
import {
  answering,
  FILE,
  JSON_OPTION,
  MODEL,
  type PastOptions,
  parsePosition,
  parseRowsOption,
  withPast,
} from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Rows } from '../../input/rows.ts';
import { whereIs } from '../../logs.ts';
import { modelFor } from '../../model.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { renderJson, renderText } from '../../output/states/render-state.ts';
import {
  describeTable,
  keysOf,
  renderKeys,
  renderPart,
  renderRows,
  renderRowsJson,
  selectRows,
} from '../../output/states/selection.ts';
import { coloursOut, count, pairs, safeJson, time } from '../../output/text.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';
import { adviceFor } from './absent-key.ts';

const PATH: readonly [string, string] = ['[path]', 'show only this part, such as orders[42].price'];

interface Options extends PastOptions {
  readonly keys?: true;
  readonly rows?: Rows;
}

export function defineStates(program: Command): void {
  const state = program
    .command('state')
    .argument(...FILE)
    .argument(...PATH)
    .description('show the current state, or a part of it');
  withSelection(state)
    .option(...MODEL)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold state book.db "orders[42]" --model ./model.ts')
    .action(answering(([file, path], options: Options) => showPresent(file!, options, path)));
  const at = program
    .command('at')
    .argument(...FILE)
    .argument(
      '<position>',
      'a sequence, first, last, last-100, 50%, last-1h, a time, or @ and ms since the epoch',
      parsePosition,
    )
    .argument(...PATH)
    .description('show a past state, or a part of it');
  withPast(withSelection(at))
    .addHelpText('after', '\nExample:\n  refold at book.db 2027-01-31T12:00Z bids --model ./model.ts')
    .action(
      answering(([file, position, path], options: Options) => showPast(file!, parsePosition(position!), options, path)),
    );
}

function withSelection(command: Command): Command {
  return command
    .option('--keys', 'only the keys of a table')
    .option(
      '--rows <range>',
      'entries of a table by their place from 1: 100..200, 100.., ..200 or 100',
      parseRowsOption,
    );
}

interface Moment {
  readonly sequence: number;
  readonly recordedAt?: number;
  readonly state: object;
}

interface Asked extends Options {
  readonly file: string;
  readonly loaded: Model;
  readonly path: string | undefined;
  /** Whether the log has later events. */
  readonly isPast: () => Promise<boolean>;
}

async function showPresent(file: string, options: Options, path: string | undefined): Promise<Answer> {
  await requireFile(file);
  const model = await modelFor(file, options.model);
  const moment = await withProgress(async ({ onProgress }) => {
    await using store = await openStore(model, { ...whereIs(file), readOnly: true, onProgress });
    return { sequence: store.sequence, state: store.state as object };
  });
  return show(moment, { ...options, file, path, loaded: model, isPast: async () => false });
}

async function showPast(file: string, place: Place, options: Options, path: string | undefined): Promise<Answer> {
  await using past = await openPastOf(file, options);
  const position = await placeIn(past, place);
  const moment = await withProgress(({ onProgress }) => past.at(position, { onProgress }));
  const isPast = async (): Promise<boolean> => moment.sequence < (await past.range()).last;
  return await show(moment, { ...options, file, path, loaded: past.model, isPast });
}

async function show(moment: Moment, asked: Asked): Promise<Answer> {
  const { path, loaded, keys, rows } = asked;
  const value = path === undefined ? moment.state : await partAt(moment, path, asked);
  const head = { model: loaded.name, ...placeOf(moment), ...(path !== undefined && { path }) };
  if (keys === true || rows !== undefined) return showSelection(moment, head, value, asked);
  return path === undefined ? showWhole(moment, head) : showPart(moment, head, value);
}

/** @throws RefoldError `INVALID_OPTION`: nothing is there. The hint says since when, if that is found in time */
async function partAt(moment: Moment, path: string, asked: Asked): Promise<unknown> {
  const found = lookUp(moment.state, path);
  if ('value' in found) return found.value;
  const { missing } = found;
  const { file, loaded, model: specifier } = asked;
  const isPast = await asked.isPast();
  const absent = { file, model: loaded, specifier, missing, sequence: moment.sequence, isPast };
  throw nothingThere(path, missing, await adviceFor(absent));
}

interface Head {
  readonly model: string;
  readonly path?: string;
}

function showWhole(moment: Moment, head: Head): Answer {
  const stateHash = hashState(moment.state);
  return {
    json: () => objectWith({ ...head, stateHash }, 'state', renderJson(moment.state)),
    text: () => `${describe(moment, [['hash', stateHash]])}\n${renderText(moment.state, coloursOut())}`,
  };
}

function showPart(moment: Moment, head: Head, value: unknown): Answer {
  return {
    json: () => objectWith(head, 'value', renderJson(value)),
    text: () => {
      const { table, text } = renderPart(value);
      const rows = [
        ['path', head.path],
        ['table', table],
      ] as const;
      return `${describe(moment, rows)}\n${text}`;
    },
  };
}

/** Some rows of a table, or its keys. */
function showSelection(moment: Moment, head: Head, value: unknown, { path, keys, rows }: Asked): Answer {
  const asked = keys === true ? 'the keys' : 'rows';
  const selected = selectRows(value, rows, asked, path ?? 'the state');
  const { from, to, table } = selected;
  const place = [
    ['path', path],
    ['table', describeTable(selected)],
  ] as const;
  if (keys === true) {
    const counts = { ...head, count: table.size, ...(rows !== undefined && { rows: { from, to } }) };
    return {
      json: () => objectWith(counts, 'keys', renderJson(keysOf(selected))),
      text: () => `${describe(moment, place)}\n${renderKeys(selected, rows !== undefined)}`,
    };
  }
  const member = path === undefined ? 'state' : 'value';
  return {
    json: () => objectWith({ ...head, rows: { from, to, of: table.size } }, member, renderRowsJson(selected)),
    text: () => `${describe(moment, place)}\n${renderRows(selected)}`,
  };
}

/** No event was recorded at 0. */
function placeOf({ sequence, recordedAt }: Moment): object {
  return recordedAt === undefined || sequence === 0 ? { sequence } : { sequence, recordedAt };
}

function describe({ sequence, recordedAt }: Moment, more: readonly (readonly [string, string | undefined])[]): string {
  const recorded = recordedAt === undefined || sequence === 0 ? undefined : time(recordedAt);
  return pairs([['sequence', count(sequence)], ['recorded', recorded], ...more]);
}

/** The text of a JSON object in pieces. Its last member may be large. */
function* objectWith(head: object, member: string, pieces: Iterable<string>): Iterable<string> {
  yield `${safeJson(head).slice(0, -1)},"${member}":`;
  yield* pieces;
  yield '}';
}
