/** `refold state` and `refold at`: print the current state or a past state, or a part of it. */
import type { Command } from 'commander';
import { partOf } from '../../../guests/state-path.ts';
import { hashState, openStore } from '../../../index.ts';
import { answering, FILE, JSON_OPTION, MODEL, type PastOptions, parsePosition, withPast } from '../../args.ts';
import { requireFile } from '../../files.ts';
import type { Place } from '../../input/position.ts';
import { modelFor } from '../../model.ts';
import type { Answer } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { renderJson, renderText } from '../../output/render-state.ts';
import { coloursOut, count, pairs, safeJson, time } from '../../output/text.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';

const PATH: readonly [string, string] = ['[path]', 'show only this part, such as orders[42].price'];

export function defineStates(program: Command): void {
  program
    .command('state')
    .argument(...FILE)
    .argument(...PATH)
    .description('show the current state, or a part of it')
    .option(...MODEL)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  refold state book.db "orders[42]" --model ./model.ts')
    .action(answering(([file, path], options: PastOptions) => showPresent(file!, options, path)));
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
  withPast(at)
    .addHelpText('after', '\nExample:\n  refold at book.db 2027-01-31T12:00Z bids --model ./model.ts')
    .action(
      answering(([file, position, path], options: PastOptions) =>
        showPast(file!, parsePosition(position!), options, path),
      ),
    );
}

interface Moment {
  readonly sequence: number;
  readonly recordedAt?: number;
  readonly state: object;
}

async function showPresent(file: string, options: PastOptions, path: string | undefined): Promise<Answer> {
  await requireFile(file);
  const model = await modelFor(file, options.model);
  return withProgress(async ({ onProgress }) => {
    await using store = await openStore(model, { path: file, readOnly: true, onProgress });
    return show(model.name, { sequence: store.sequence, state: store.state as object }, path);
  });
}

async function showPast(file: string, place: Place, options: PastOptions, path: string | undefined): Promise<Answer> {
  await using past = await openPastOf(file, options);
  const position = await placeIn(past, place);
  const moment = await withProgress(({ onProgress }) => past.at(position, { onProgress }));
  return show(past.model.name, moment, path);
}

function show(model: string, moment: Moment, path: string | undefined): Answer {
  return path === undefined ? showWhole(model, moment) : showPart(model, moment, path);
}

function showWhole(model: string, moment: Moment): Answer {
  const stateHash = hashState(moment.state);
  const head = { model, ...placeOf(moment), stateHash };
  return {
    json: () => objectWith(head, 'state', moment.state),
    text: () => `${describe(moment, ['hash', stateHash])}\n${renderText(moment.state, coloursOut())}`,
  };
}

function showPart(model: string, moment: Moment, path: string): Answer {
  const value = partOf(moment.state, path);
  const head = { model, ...placeOf(moment), path };
  return {
    json: () => objectWith(head, 'value', value),
    text: () => `${describe(moment, ['path', path])}\n${renderText(value, coloursOut())}`,
  };
}

/** No event was recorded at 0. */
function placeOf({ sequence, recordedAt }: Moment): object {
  return recordedAt === undefined || sequence === 0 ? { sequence } : { sequence, recordedAt };
}

function describe({ sequence, recordedAt }: Moment, last: readonly [string, string]): string {
  const recorded = recordedAt === undefined || sequence === 0 ? undefined : time(recordedAt);
  return pairs([['sequence', count(sequence)], ['recorded', recorded], last]);
}

/** The text of a JSON object in pieces. Its last member may be large. */
function* objectWith(head: object, member: string, value: unknown): Iterable<string> {
  yield `${safeJson(head).slice(0, -1)},"${member}":`;
  yield* renderJson(value);
  yield '}';
}
