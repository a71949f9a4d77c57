/** The hint for a key that a table does not have now: since when it is not there, and the command that says more. */

import { type MissingPart, namesIn } from '../../../guests/state-path.ts';
import { formatPath, type Model, OrderedMap, openPast } from '../../../index.ts';
import { whereIs } from '../../logs.ts';
import { modelWords } from '../../model.ts';
import { withProgress } from '../../output/progress.ts';
import { isRecord } from '../../output/states/entries.ts';
import { commandLine, count } from '../../output/text.ts';

/** A search for a hint takes at most so long. */
const SEARCH_MS = 5_000;

export interface AbsentKey {
  readonly file: string;
  readonly model: Model;
  /** The value of `--model`: the command of the hint has it too. */
  readonly specifier: string | undefined;
  readonly missing: MissingPart;
  /** The state that was looked at is as of this event. */
  readonly sequence: number;
  /** Whether that was not the end of the log. */
  readonly isPast: boolean;
}

/** Undefined if it is not a key of a table, or nothing is known: then the keys that are there help more. */
export async function adviceFor(absent: AbsentKey): Promise<string | undefined> {
  const { missing, sequence } = absent;
  const isTable = missing.container instanceof Map || missing.container instanceof OrderedMap;
  // Members of the state itself are not created by events. Those of an object in it may be.
  const isNestedObject = isRecord(missing.container) && missing.parts.length > 1;
  if (sequence === 0 || !(isTable || isNestedObject)) return undefined;
  const found = await search(absent);
  if (found === undefined) return isTable ? `To see whether it ever was there: ${whyCommand(absent)}` : undefined;
  if ('until' in found) return `It was there until event ${count(found.until)}: ${whyCommand(absent)}`;
  if (!isTable) return undefined;
  return `It never was there in events ${count(found.from)} to ${count(sequence)}. ${namesIn(missing.container)}`;
}

/** Until which event the key was there, or that it never was from an event on. Undefined if the search took too long, or failed. */
async function search({
  file,
  model,
  missing,
  sequence,
}: AbsentKey): Promise<{ readonly until: number } | { readonly from: number } | undefined> {
  try {
    await using past = await openPast(model, whereIs(file));
    const signal = AbortSignal.timeout(SEARCH_MS);
    const { changes, lookedAt } = await withProgress(({ onProgress }) =>
      past.why(missing.parts, { limit: 1, to: sequence, signal, onProgress }),
    );
    const [last] = changes;
    return last === undefined ? { from: lookedAt.from } : { until: last.sequence };
  } catch {
    return undefined; // the error that the hint belongs to is the one to report
  }
}

function whyCommand({ file, specifier, missing, sequence, isPast }: AbsentKey): string {
  const before = isPast ? ['--before', String(sequence + 1)] : [];
  return commandLine('refold', 'why', file, formatPath(missing.parts), ...modelWords(specifier), ...before);
}
