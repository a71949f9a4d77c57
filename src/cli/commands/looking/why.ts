/** `refold why`: every event that changed a place of the state, newest first. */
import type { Command } from 'commander';
import { type Past, type PlaceChange, type Progress, parsePath, valueAt, type WhyReport } from '../../../index.ts';
import { answering, FILE, type PastOptions, parseCount, parsePosition, withPast } from '../../args.ts';
import type { Place } from '../../input/position.ts';
import { type Answer, writeOut } from '../../output/output.ts';
import { withProgress } from '../../output/progress.ts';
import { count, counted, oneLine, paint, safeJson, time } from '../../output/text.ts';
import { outputWidth, shortLine, shortValue, withTags } from '../../output/values.ts';
import { openPastOf } from '../../past.ts';
import { placeIn } from '../../place.ts';
import { EventData } from './event-data.ts';

interface Options extends PastOptions {
  readonly limit?: number;
  readonly before?: Place;
  readonly forward?: true;
}

/** Changes that are given unless the user asks for more. */
const CHANGES_GIVEN = 20;
/** Characters for `before → after`: fewer where a line has few. */
const CHANGE_WIDTH = 40;
const NARROW_CHANGE_WIDTH = 22;

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
  parsePath(path); // before anything is read
  const { json = false, forward } = options;
  const limit = options.limit ?? CHANGES_GIVEN;
  await using past = await openPastOf(file, options);
  const before = options.before && (await placeIn(past, options.before));
  const asking = { limit, before, forward };
  if (json) {
    const report = await withProgress(({ onProgress }) => past.why(path, { ...asking, onProgress }));
    const changes = report.changes.map((change) => withTags(change, 'before', 'after'));
    return { json: { ...report, changes }, text: () => '' };
  }
  await writeOut(await withProgress(({ onProgress }) => head(past, path, onProgress)));
  await using data = new EventData(past, forward === true);
  const table = new ChangeTable(data);
  const report = await withProgress((bar) => {
    const onChange = (change: PlaceChange): void => table.add(change, () => bar.clear());
    return past.why(path, { ...asking, onProgress: bar.onProgress, onChange });
  });
  await table.end();
  return { json: {}, text: () => summary(report, options) };
}

/** What stands there now. */
async function head(past: Past, path: string, onProgress: (progress: Progress) => void): Promise<string> {
  const { last } = await past.range();
  const { state } = await past.at(last, { onProgress });
  const value = valueAt(state, parsePath(path));
  const now = value === undefined ? 'now nothing is there' : `now ${shortValue(value, CHANGE_WIDTH)}`;
  return `${oneLine(path)}   ${now}\n`;
}

/** Prints changes as they are found, a line each, with their events. */
class ChangeTable {
  readonly #data: EventData;
  /** Lines in order: each waits for the one before it, and for its event. */
  #printing: Promise<void> = Promise.resolve();
  #isBegun = false;

  constructor(data: EventData) {
    this.#data = data;
  }

  /** @param clear takes the progress bar away */
  add(change: PlaceChange, clear: () => void): void {
    this.#printing = this.#printing.then(async () => {
      const data = await this.#data.of(change.sequence);
      clear();
      if (!this.#isBegun)
        await writeOut(
          paint(
            'dim',
            `${columns('sequence', 'time'.padEnd(time(change.recordedAt).length), 'before → after', 'event')}\n`,
          ),
        );
      this.#isBegun = true;
      await writeOut(`${describe(change, data)}\n`);
    });
    this.#printing.catch(() => {}); // `end` throws it
  }

  /** @throws what reading or printing threw */
  async end(): Promise<void> {
    await this.#printing;
  }
}

const SEQUENCE_WIDTH = 10;
/** A line with less than this is narrow. */
const WIDE_LINE = 120;

function changeWidth(): number {
  return outputWidth() < WIDE_LINE ? NARROW_CHANGE_WIDTH : CHANGE_WIDTH;
}

function columns(sequence: string, at: string, change: string, event: string): string {
  return `${sequence.padStart(SEQUENCE_WIDTH)}  ${at}  ${change.padStart(changeWidth())}  ${event}`;
}

function describe({ sequence, recordedAt, type, before, after }: PlaceChange, data: unknown): string {
  const half = Math.floor((changeWidth() - ' → '.length) / 2);
  const change = `${shortValue(before, half)} → ${shortValue(after, half)}`;
  const start = columns(count(sequence), time(recordedAt), change, oneLine(type));
  return shortLine(data === undefined ? start : `${start}  ${safeJson(data)}`, outputWidth());
}

function summary({ changes, lookedAt, complete }: WhyReport, { forward }: Options): string {
  const { from, to } = lookedAt;
  const looked = from > to ? 'no events' : `events ${count(from)} to ${count(to)}`;
  const found = `${counted(changes.length, 'change')} in ${looked}`;
  if (complete) return `${found}; these are all\n`;
  const more = forward ? 'raise --limit' : `raise --limit, or add --before ${changes.at(-1)?.sequence ?? to}`;
  return `${found}; there may be more: ${more}\n`;
}
