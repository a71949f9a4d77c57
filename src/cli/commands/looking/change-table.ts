/** Changes of one place as lines of a table, aligned as far as is known while they are found. */
import { diffStates, formatPath, type PlaceChange } from '../../../index.ts';
import { cut, outputWidth, padLeft, padRight, widthOf } from '../../output/lines.ts';
import { tableOf } from '../../output/states/entries.ts';
import { count, oneLine, safeJson } from '../../output/text.ts';
import type { TimeColumn } from '../../output/times.ts';
import { shortValue } from '../../output/values.ts';

const SEQUENCE_WIDTH = 10;
/** A value takes at most so many columns; fewer where a line has few. */
const WIDE_VALUE = 30;
const NARROW_VALUE = 14;
const WIDE_OUTPUT = 120;
const ARROW = ' → ';

export class ChangeLines {
  readonly #times: TimeColumn;
  readonly #most = outputWidth() < WIDE_OUTPUT ? NARROW_VALUE : WIDE_VALUE;
  #beforeWidth = 'before'.length;
  #afterWidth = 'after'.length;
  #timeWidth: number;

  /** @param value what stands there at the end: other values are most likely about as wide */
  constructor(times: TimeColumn, value: unknown) {
    this.#times = times;
    this.#timeWidth = widthOf(times.header);
    const width = widthOf(shortValue(value, this.#most));
    this.#beforeWidth = Math.max(this.#beforeWidth, width);
    this.#afterWidth = Math.max(this.#afterWidth, width);
  }

  /** The heading. @param change the first one */
  heading(change: PlaceChange): string {
    this.#line(change, undefined); // for the widths of its columns
    return this.#columns('sequence', this.#times.header, this.#arrow('before', 'after'), 'event');
  }

  /** @param data what its event holds; undefined if the event is not there any more */
  line(change: PlaceChange, data: unknown): string {
    return cut(this.#line(change, data), outputWidth());
  }

  #line({ sequence, recordedAt, type, before, after }: PlaceChange, data: unknown): string {
    const change = inside(before, after) ?? this.#arrow(shortValue(before, this.#most), shortValue(after, this.#most));
    const event = data === undefined ? oneLine(type) : `${oneLine(type)}  ${safeJson(data)}`;
    return this.#columns(count(sequence), this.#times.show(recordedAt), change, event);
  }

  /** The arrows stand below each other. A column grows with what it holds. */
  #arrow(before: string, after: string): string {
    this.#beforeWidth = Math.max(this.#beforeWidth, widthOf(before));
    this.#afterWidth = Math.max(this.#afterWidth, widthOf(after));
    return padLeft(before, this.#beforeWidth) + ARROW + padRight(after, this.#afterWidth);
  }

  #columns(sequence: string, at: string, change: string, event: string): string {
    this.#timeWidth = Math.max(this.#timeWidth, widthOf(at));
    const width = this.#beforeWidth + ARROW.length + this.#afterWidth;
    const fitted = padRight(cut(change, Math.max(width, 2 * this.#most + ARROW.length)), width);
    return [sequence.padStart(SEQUENCE_WIDTH), padRight(at, this.#timeWidth), fitted, event].join('  ');
  }
}

const SHOWN_MEMBERS = 3;

/** What changed in a table or an object. Undefined for what is not one before and after. */
function inside(before: unknown, after: unknown): string | undefined {
  if (tableOf(before) === undefined || tableOf(before)?.kind !== tableOf(after)?.kind) return undefined;
  const places = diffStates(before, after, SHOWN_MEMBERS);
  return places
    .map(({ parts, ...place }) => {
      const values = `${shortValue(place.before, NARROW_VALUE)}${ARROW}${shortValue(place.after, NARROW_VALUE)}`;
      return oneLine(`${formatPath(parts)} ${values}`).trimStart();
    })
    .join(', ');
}
