/** What several standbys on one log did, as their diaries and the log say it, and what must be true of it. Pure. */

/** One line of a diary. A diary holds the lives of one member, one after the other. */
export type Entry =
  | { readonly kind: 'life' }
  | { readonly kind: 'ask' | 'unknown'; readonly id: string }
  | { readonly kind: 'refused'; readonly id: string; readonly code: string }
  | { readonly kind: 'done'; readonly id: string; readonly sequence: number }
  /** A listener got an event. */
  | { readonly kind: 'heard'; readonly sequence: number };

export interface History {
  readonly diaries: readonly (readonly Entry[])[];
  /** The id of each event in the log, in order, from sequence 1 on. */
  readonly log: readonly string[];
  /** The sequences of effects that ended, in any order. */
  readonly effects: readonly number[];
  /** The epochs that were seen, in the order of time. */
  readonly epochs: readonly number[];
}

/** A line that a kill cut short has no mark at its end, and counts as not written. */
function linesOf(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.endsWith(' .') ? [line.slice(0, -2)] : []));
}

export function parseEffects(text: string): number[] {
  return linesOf(text).map(Number);
}

export function parseDiary(text: string): Entry[] {
  return linesOf(text).map((line): Entry => {
    const [kind, first = '', second = ''] = line.split(' ');
    if (kind === 'life') return { kind };
    if (kind === 'heard') return { kind, sequence: Number(first) };
    if (kind === 'done') return { kind, id: first, sequence: Number(second) };
    if (kind === 'refused') return { kind, id: first, code: second };
    return { kind: kind as 'ask' | 'unknown', id: first };
  });
}

/** What is not true of a history, the first few of each kind. */
export function violationsOf(history: History): string[] {
  return [wrongAnswers, strangeEvents, wrongTellings, missingEffects, fallingEpochs].flatMap((check) =>
    [...check(history)].slice(0, 3),
  );
}

/** Why an append may be refused: another member writes, or this one is closing. */
const DEFINITE = ['NOT_WRITER', 'STORE_CLOSED'];

/** Every acknowledged event is in the log at its place, and no refused one is. */
function* wrongAnswers({ diaries, log }: History): Generator<string> {
  const placeOf = new Map(log.map((id, index) => [id, index + 1]));
  for (const entry of diaries.flat()) {
    const place = 'id' in entry ? placeOf.get(entry.id) : undefined;
    if (entry.kind === 'done' && place !== entry.sequence)
      yield `${entry.id} was acknowledged at ${entry.sequence}, and the log has it ${place === undefined ? 'nowhere' : `at ${place}`}`;
    if (entry.kind !== 'refused') continue;
    if (place !== undefined) yield `${entry.id} was refused as ${entry.code}, and the log has it at ${place}`;
    if (!DEFINITE.includes(entry.code)) yield `${entry.id} was refused as ${entry.code}`;
  }
}

/** The log has nothing twice, and nothing that was not asked for. */
function* strangeEvents({ diaries, log }: History): Generator<string> {
  const asked = new Set(diaries.flat().flatMap((entry) => (entry.kind === 'ask' ? [entry.id] : [])));
  const seen = new Set<string>();
  for (const id of log) {
    if (seen.has(id)) yield `the log has ${id} twice`;
    if (!asked.has(id)) yield `the log has ${id}, which was not asked for`;
    seen.add(id);
  }
}

/** In each life a listener gets every event after the first one once, in order. */
function* wrongTellings({ diaries }: History): Generator<string> {
  for (const diary of diaries) {
    let before: number | undefined;
    for (const entry of diary) {
      if (entry.kind === 'life') before = undefined;
      if (entry.kind !== 'heard') continue;
      if (before !== undefined && entry.sequence !== before + 1)
        yield `a listener got ${entry.sequence} after ${before}`;
      before = entry.sequence;
    }
  }
}

function* missingEffects({ log, effects }: History): Generator<string> {
  const done = new Set(effects);
  for (let sequence = 1; sequence <= log.length; sequence++)
    if (!done.has(sequence)) yield `the effect of ${sequence} never ran`;
}

function* fallingEpochs({ epochs }: History): Generator<string> {
  for (const [index, epoch] of epochs.entries())
    if (epoch < (epochs[index - 1] ?? 0)) yield `the epoch fell from ${epochs[index - 1]} to ${epoch}`;
}
