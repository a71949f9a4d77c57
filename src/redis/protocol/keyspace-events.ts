/**
 * Keyspace events: the classes that `notify-keyspace-events` names, and the channels on which events are published.
 */

/** Classes of keyspace events: g generic, $ string, l list, s set, h hash, z sorted set, t stream, x expired, e evicted, m miss, n new key, d module. */
export type EventClass = 'g' | '$' | 'l' | 's' | 'h' | 'z' | 'x' | 'e' | 't' | 'm' | 'd' | 'n';

/** What `A` stands for: every class but misses and new keys. */
const COMMON = 'g$lshzxetd';
/** Every letter that may stand in the parameter, in the order in which CONFIG GET gives them. */
const EVENT_LETTERS = `${COMMON}nKEm`;

/** What is published. */
export interface WantedEvents {
  readonly classes: ReadonlySet<string>;
  /** Whether channels are named after keys. */
  readonly byKey: boolean;
  /** Whether channels are named after events. */
  readonly byEvent: boolean;
}

/** CONFIG SET's reason for a refusal. */
export const INVALID_EVENT_CLASS = "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";

/** The events that a parameter asks for. Undefined when a letter of it is unknown. */
export function parseEvents(text: string): WantedEvents | undefined {
  const letters = new Set(text.includes('A') ? text.replaceAll('A', COMMON) : text);
  for (const letter of letters) if (!EVENT_LETTERS.includes(letter)) return undefined;
  return { classes: letters, byKey: letters.has('K'), byEvent: letters.has('E') };
}

/** The parameter as CONFIG GET gives it: `A` for the common classes, each letter once. Undefined for an unknown letter. */
export function canonicalEvents(text: string): string | undefined {
  const wanted = parseEvents(text);
  if (wanted === undefined) return undefined;
  const isCommon = [...COMMON].every((letter) => wanted.classes.has(letter));
  const letters = [...EVENT_LETTERS].filter((letter) => wanted.classes.has(letter));
  // Redis does not show `n` behind `A`. Here the text is all that is kept, so it has to.
  return isCommon ? `A${letters.filter((letter) => !COMMON.includes(letter)).join('')}` : letters.join('');
}
