/** `refold why`: every event that changed a place of the state, newest first. */
import type { Command } from 'commander';
import type { Place } from '../../../guests/position.ts';
import { withTags } from '../../../guests/state-changes.ts';
import { lookUp } from '../../../guests/state-path.ts';
import {
  formatPath,
  type Past,
  type PlaceChange,
  type Position,
  parsePath,
  valueAt,
  type WhyReport,
} from '../../../index.ts';
import { answering, FILE, type PastOptions, parseCount, parsePosition, withPast } from '../../args.ts';
import { outputWidth } from '../../output/lines.ts';
import { type Answer, writeOut } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, counted, paint } from '../../output/text.ts';
import { timeColumn } from '../../output/times.ts';
import { shortLine, shortValue } from '../../output/values.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';
import { ChangeLines } from './change-table.ts';
import { EventData } from './event-data.ts';
import { hintOnUnknownPart } from './unknown-part.ts';

interface Options extends PastOptions {
  readonly limit?: number;
  readonly before?: Place;
  readonly forward?: true;
}

/** Changes that are given unless the user asks for more. */
const CHANGES_GIVEN = 20;
/** Columns for what stands there now. */
const CHANGE_WIDTH = 40;

export function defineWhy(program: Command): void {
  const command = program
    .command('why')
    .argument(...FILE)
    .argument('<path>', 'a place in the state, such as orders[42].price')
    .description('every event that changed a place of the state, newest first')
    .option('--limit <count>', `stop after so many changes (default: ${CHANGES_GIVEN})`, parseCount)
    .option('--before <position>', 'only changes before this position', parsePosition)
    .option('--forward', 'the oldest first');
  withPast(command)
    .addHelpText('after', '\nExample:\n  refold why book.db "orders[723].quantity" --model ./model.ts')
    .action(answering(([file, path], options: Options) => why(file!, path!, options)));
}

async function why(file: string, path: string, options: Options): Promise<Answer> {
  const parts = parsePath(path); // before anything is read
  const { json = false, forward } = options;
  const limit = options.limit ?? CHANGES_GIVEN;
  await using past = await openPastOf(file, options);
  const before = options.before && (await placeIn(past, options.before));
  const { last, earliest = 0, firstRecordedAt = 0, lastRecordedAt = 0 } = await past.range();
  // The end stays where it is, so that all lines tell of the same log while another process writes it.
  const asking = { limit, to: last, before, forward };
  if (json) {
    const report = await withProgress(({ onProgress }) => past.why(path, { ...asking, onProgress }));
    const changes = report.changes.map((change) => withTags(change, 'before', 'after'));
    return { json: { ...report, changes }, text: () => '' };
  }
  const end = before === undefined ? last : Math.max(earliest, Math.min(last, await sequenceBefore(past, before)));
  const { state } = await withProgress(({ onProgress }) => past.at(end, { onProgress }));
  await writeOut(head(path, state, end === last ? 'now' : `after event ${count(end)}:`));
  const times = timeColumn([firstRecordedAt, lastRecordedAt]);
  await using data = new EventData(past, forward === true);
  const table = new ChangeTable(data, new ChangeLines(times, valueAt(state, parts)));
  const report = await withProgress((bar) => {
    const onChange = (change: PlaceChange): void => table.add(change, () => bar.clear());
    return past.why(path, { ...asking, onProgress: bar.onProgress, onChange });
  });
  await table.end();
  const hint = report.changes.length === 0 ? hintOnUnknownPart(state, [parts]) : '';
  return { json: {}, text: () => `${summary(report, options)}${hint}` };
}

/** What stands there. */
function head(path: string, state: object, when: string): string {
  const found = lookUp(state, path);
  const what =
    'missing' in found ? `there is no ${formatPath(found.missing.parts)}` : shortValue(found.value, CHANGE_WIDTH);
  return `${shortLine(`${path}   ${when} ${what}`, outputWidth())}\n`;
}

/** The last event before a position. */
async function sequenceBefore(past: Past, before: Position): Promise<number> {
  if ('sequence' in before) return Math.max(0, before.sequence - 1);
  return past.locate({ time: Math.ceil(Number(before.time)) - 1 });
}

/** Prints changes as they are found, a line each, with their events. */
class ChangeTable {
  readonly #data: EventData;
  readonly #lines: ChangeLines;
  /** Lines in order: each waits for the one before it, and for its event. */
  #printing: Promise<void> = Promise.resolve();
  #isBegun = false;

  constructor(data: EventData, lines: ChangeLines) {
    this.#data = data;
    this.#lines = lines;
  }

  /** @param clear takes the progress bar away */
  add(change: PlaceChange, clear: () => void): void {
    this.#printing = this.#printing.then(async () => {
      const data = await this.#data.of(change.sequence);
      clear();
      const heading = this.#isBegun ? '' : `${paint('dim', this.#lines.heading(change))}\n`;
      this.#isBegun = true;
      await writeOut(`${heading}${this.#lines.line(change, data)}\n`);
    });
    this.#printing.catch(() => {}); // `end` throws it
  }

  /** @throws what reading or printing threw */
  async end(): Promise<void> {
    await this.#printing;
  }
}

function summary({ changes, lookedAt, complete }: WhyReport, { forward }: Options): string {
  const { from, to } = lookedAt;
  const looked = from > to ? 'no events' : `events ${count(from)} to ${count(to)}`;
  const found = `${counted(changes.length, 'change')} in ${looked}`;
  if (complete) return `${found}; these are all\n`;
  const more = forward ? 'raise --limit' : `raise --limit, or add --before ${changes.at(-1)?.sequence ?? to}`;
  return `${found}\nthere may be more: ${more}\n`;
}
