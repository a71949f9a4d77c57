/**
 * What is different each time a command runs. Everything else that a session shows must be exactly what the command prints.
 */

/** Each kind of text that varies, and the words that stand for it. */
const RULES: readonly (readonly [kind: RegExp, same: string])[] = [
  // How long work took, or would take. A time span between events has a minute or more in it.
  [/(?<![\w.])[\d.]+(?:ms|s| ms)\b(?!\))/g, '(time)'],
  [/[\d,]+ events\/s/g, '(rate)'],
  [/"(milliseconds|seconds|eventsPerSecond)":[\d.]+/g, '"$1":(number)'],
  [/[\d.]+ [kMGT]?B free(?! inside)/g, '(space) free'],
  // The day on which the page is produced, in names of files.
  [/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ/g, '(now)'],
  [/\bPID: \d+/g, 'PID: (process)'],
  [/#key=[\w-]{43}/g, '#key=(key)'],
  // How often bisect and rehearse ask depends on what an answer and a fold cost on the machine.
  [/^(asked {2,})[\d,]+ times?(?:, at most [\d,]+ events? apart)?$/gm, '$1(times)'],
  [/^(folded {2,})[\d,]+ events?$/gm, '$1(events)'],
  [
    /^(compared {2,})(?:after every event|at most [\d,]+ events? apart; a difference in between was not seen)$/gm,
    '$1(grid)',
  ],
  [/\nmissed {2,}maybe what lasted less than [\d,]+ events?: --every-event is sure$/gm, ''],
  // Text that has the folder in it is broken at other words in another folder.
  [/\n {8,}/g, ' '],
];

/** The text with the same words for all that varies. Columns move with what varies, so spaces in such a line count as one. */
export function withoutWhatVaries(text: string): string {
  const lines = RULES.reduce((told, [kind, same]) => told.replaceAll(kind, same), text).split('\n');
  const before = new Set(text.split('\n'));
  return lines.map((line) => (before.has(line) ? line : line.replaceAll(/ +/g, ' '))).join('\n');
}
