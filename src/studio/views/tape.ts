/** The tape: what the events up to a moment printed, newest first. */
import type { RecordedEvent } from '../../index.ts';
import { ANSWER_BYTES } from '../server/answering.ts';
import type { TapeAnswer, TapeRow } from '../wire.ts';
import type { TapePane, View } from './view.ts';
import { readPrint, readTime } from './view-calls.ts';
import type { ViewSource } from './view-source.ts';

/** Rows of one answer. */
export const MOST_TAPE_ROWS = 1_000;
/** Sequences that one question looks back through. */
const LOOKED_BACK = 500_000;

export interface TapeQuestion {
  readonly name: string;
  readonly pane: TapePane;
  /** As the page asked for it. */
  readonly of: string | undefined;
  readonly at: number;
  readonly count: number;
}

/** @throws ViewFailure; RefoldError as `past.events` */
export async function readTape(
  source: ViewSource,
  view: View,
  question: TapeQuestion,
  signal: AbortSignal,
): Promise<TapeAnswer> {
  const { name, pane, of, at, count } = question;
  const about = await source.about(view, of);
  const { first, last } = await source.past.range();
  const to = Math.min(at, last);
  const from = Math.max(first, to - LOOKED_BACK + 1);
  const rows: TapeRow[] = [];
  let characters = 0;
  let lookedBackTo = from;
  if (count > 0 && from <= to) {
    const range = {
      from,
      to,
      reverse: true,
      signal,
      ...(pane.types !== undefined && { types: pane.types as string[] }),
    };
    for await (const event of source.past.events(range)) {
      const row = readPrint(`print of ${name}`, pane.print, event as RecordedEvent, readTime(view, event), about);
      if (row === undefined) continue;
      rows.push(row);
      characters += JSON.stringify(row).length;
      if (rows.length < count && characters <= ANSWER_BYTES / 2) continue;
      lookedBackTo = event.sequence;
      break;
    }
  }
  return { rows, lookedBackTo, ...(lookedBackTo > first && { next: lookedBackTo - 1 }) };
}
