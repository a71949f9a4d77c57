/**
 * What the studio's server and its page say to each other. Types alone: both sides import them.
 *
 * Values are tagged JSON, as `toTaggedJson` gives it. A path is text, as `formatPath` gives it.
 */
import type { ViewAnswer, ViewInfo } from './wire-views.ts';

export type * from './wire-views.ts';

/** What a value is, as a person sees it. */
export type Kind = 'object' | 'array' | 'map' | 'orderedMap' | 'set' | 'deque' | 'bytes' | 'value';

/** A value as the page shows it: all of a small one, the size of one that opens, the beginning of a long one. */
export interface Shown {
  readonly kind: Kind;
  /** The value; absent for what opens. It is the beginning of a long text, or of many bytes. */
  readonly value?: unknown;
  /** Entries, members or items of what opens. */
  readonly total?: number;
  /** How long the value is, in characters or bytes, where `value` is only its beginning. */
  readonly length?: number;
}

/** What is in sight: a place of the state, and which of its rows. */
export interface Look {
  readonly path: string;
  /** The first row, from 0. */
  readonly from: number;
  /** How many rows; 0 for the place alone. */
  readonly count: number;
  /** How many members each row that opens shows beside itself; none, if left out. */
  readonly members?: number;
}

/** An entry of a table, a member of an object, an item of a list. */
export interface Row {
  readonly path: string;
  /** The key of an entry, as tagged JSON; the name of a member; the index of an item. */
  readonly key: unknown;
  readonly shown: Shown;
  /** The first members of what opens, if they were asked for. */
  readonly members?: readonly Member[];
  /** The path does not lead back here: the key is an object, is very long, or reads like another key. */
  readonly isClosed?: true;
}

/** A member, entry or item inside a row. */
export interface Member {
  /** As in `Row`. */
  readonly key: unknown;
  readonly shown: Shown;
}

/** A place that was looked at. */
export interface Looked {
  readonly path: string;
  /** Absent where nothing stands. */
  readonly shown?: Shown;
  readonly from?: number;
  readonly rows?: readonly Row[];
}

/** Some rows of a table, in its order. */
export interface TablePage {
  readonly path: string;
  /** Rows of the whole table; 0 for what is not a table. */
  readonly total: number;
  readonly rows: readonly Row[];
  /** How many rows come before the next page; absent at the end. */
  readonly next?: number;
}

/** Where in a table a key was found: the exact one, or else the first that begins like it. */
export interface TableFound {
  readonly path: string;
  readonly total: number;
  /** The row, from 0; absent where there is no such key. */
  readonly found?: number;
  readonly isExact?: boolean;
  /** Whether all keys behind `after` were looked at, unless one was found. */
  readonly complete: boolean;
}

export interface LongJson {
  readonly beginning: string;
  readonly length: number;
}

/** An event as it stands in the answer: in the model's version, its data as JSON. */
export interface WireEvent {
  readonly sequence: number;
  /** ms since the epoch. */
  readonly recordedAt: number;
  readonly type: string;
  readonly version: number;
  /** Absent where it is long. */
  readonly data?: unknown;
  /** Absent where it is long, too. */
  readonly meta?: unknown;
  /** Of data or meta that is long, as JSON: its beginning, and its length in characters. */
  readonly long?: { readonly data?: LongJson; readonly meta?: LongJson };
  readonly commandId?: string;
  /** What the model tags it with, in a moment. */
  readonly tags?: readonly string[];
}

/** A place that the event changed. A side is absent where nothing stood. */
export interface Change {
  readonly path: string;
  readonly before?: Shown;
  readonly after?: Shown;
  /** The first differences inside, where collections of one kind stand on both sides. */
  readonly inside?: readonly Change[];
  /** How many there are, up to 1,000. */
  readonly insideInAll?: number;
}

/** A line of why a place is as it is: a change, newest first; how far was looked meanwhile; or, as the last line, the end of the search. */
export type WhyLine =
  | (Omit<Change, 'path'> & {
      readonly sequence: number;
      readonly recordedAt: number;
      readonly type: string;
    })
  | { readonly looked: number; readonly of: number }
  | {
      readonly path: string;
      readonly lookedAt: { readonly from: number; readonly to: number };
      readonly complete: boolean;
    };

/** What is different between two moments. `from` comes before `to`. */
export interface DiffAnswer {
  readonly from: number;
  readonly to: number;
  /** Events after the one, up to the other, by type. */
  readonly events: number;
  readonly types: Readonly<Record<string, number>>;
  /** Each property of the state that is different. */
  readonly tables: readonly DiffTable[];
  /** The first differences. `isOrder`: the same keys come in another order. */
  readonly changes: readonly (Change & { readonly isOrder?: true })[];
  readonly changesInAll: number;
  /** Whether all differences were counted. */
  readonly complete: boolean;
  /** The later moment was asked for first. */
  readonly isSwapped?: boolean;
}

/** How many entries of a property are new, not there any more, or changed; nothing of it for what has no entries. */
export interface DiffTable {
  readonly path: string;
  readonly new: number;
  readonly gone: number;
  readonly changed: number;
  readonly isReordered?: true;
}

/** What it cost to come to a moment. */
export interface MomentCost {
  /** The snapshot that the state was built from. */
  readonly keyframe?: number;
  /** The state in memory that it was folded from. */
  readonly checkpoint?: number;
  readonly eventsFolded: number;
  readonly ms: number;
}

/** A moment of the log, with what is in sight there. */
export interface Moment {
  /** 0 is before the first event. */
  readonly sequence: number;
  /** ms since the epoch; 0 at sequence 0. */
  readonly recordedAt: number;
  /** Absent at 0, and where the model drops the event. */
  readonly event?: WireEvent;
  readonly commit?: { readonly first: number; readonly last: number };
  /** The first places that the event changed: as many as a page can show. */
  readonly changes: readonly Change[];
  readonly changesInAll: number;
  readonly cost: MomentCost;
  /** The hash of the whole state, if it was asked for. */
  readonly hash?: string;
  readonly look: readonly Looked[];
  /** The view that was asked for. */
  readonly view?: ViewAnswer;
}

/** A line of the list of events: an event, or how many pass the filter as far as is known. */
export type EventLine =
  | WireEvent
  /** The window ends before it has as many events as were asked for: they are long. The next one begins here. */
  | { readonly next: number }
  /** The commits of the window that have more than one event, each by its first and last sequence. Absent of a wide window. */
  | { readonly commits: readonly (readonly [number, number])[] }
  /** A damaged block: its events are not in the list, nor in the number of matches. */
  | { readonly damage: LogProblem }
  | { readonly matches: number; readonly complete: boolean };

/** What is known of the matches of a filter: how many there are, and where some of them are. */
export interface MatchesLine {
  /** Matches up to and with the event `through`. */
  readonly matches: number;
  readonly through: number;
  /** Places are told for the matches 0, `every`, 2 × `every` and so on. A power of two, which only grows. */
  readonly every: number;
  /** Their sequences, those that no line before told. */
  readonly places: readonly number[];
  readonly complete: boolean;
}

/** New events of the log, or news without events: history was dropped or redacted. */
export interface LiveLine {
  /** The last sequence that is known now. */
  readonly last: number;
  readonly events: number;
  /** New events by type. */
  readonly types: Readonly<Record<string, number>>;
  /** ms since the epoch, of the last new event. */
  readonly recordedAt?: number;
  /** As in `LogAnswer`, at most a second old. */
  readonly generation: string;
  /** Whether a process has the log open for writing. */
  readonly hasWriter: boolean;
  /** As in `LogAnswer`, at most a second old. */
  readonly upkeep: string;
  readonly problems: readonly LogProblem[];
}

/** What is wrong with the log, while the rest of it is shown. */
export interface LogProblem {
  /** `LOG_CORRUPT`: a damaged block. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** The first and the last event of a damaged block. */
  readonly sequence: number;
  readonly lastSequence: number;
}

/** What the page says of the log. Sizes are in bytes, times in ms since the epoch. */
export interface LogAnswer {
  readonly path: string;
  readonly model?: string;
  /** Whether states can be built. */
  readonly hasModel: boolean;
  readonly events: number;
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly firstRecordedAt?: number;
  readonly lastRecordedAt?: number;
  readonly chain: string;
  readonly openBlocks: number;
  readonly openBytes: number;
  readonly sealedBlocks: number;
  readonly sealedBytes: number;
  /** Compaction has sealed all events up to this one; absent where it has sealed none. */
  readonly sealedThrough?: number;
  readonly totalBytes: number;
  /** Names this log among all others, for as long as it lives. */
  readonly identity?: string;
  readonly writer?: { readonly pid: number; readonly host: string; readonly startedAt: number };
  /** What the next open would fold, as an estimate. */
  readonly recovery: { readonly events: number; readonly milliseconds: number; readonly eventsPerSecond: number };
  /** Newest first. `isUsable` is absent without a model. */
  readonly snapshots: readonly {
    readonly sequence: number;
    readonly recordedAt: number;
    readonly bytes: number;
    readonly isUsable?: boolean;
    readonly reason?: string;
  }[];
  /** The views that the studio was opened with. */
  readonly views?: readonly ViewInfo[];
  /** Changes when history was dropped or redacted, or the model changed: then nothing that was known before holds. */
  readonly generation: string;
  /** Changes when a snapshot was taken or deleted, or compaction has worked: then sizes and recovery are other ones, too. */
  readonly upkeep: string;
  /** The command that opens this log with a model. Absent where the studio has one. */
  readonly modelLine?: string;
  /** The command that finds the first moment at which something is true, but for its options. Absent without a model. */
  readonly bisectLine?: string;
  /** Whether states of all of the log are within reach in memory: any place is then answered faster. */
  readonly warm: boolean;
  /** The first sequence whose state can be built; absent without a model, and where none can be built. */
  readonly earliest?: number;
  readonly problems: readonly LogProblem[];
}

/** When events were recorded: so many neighbours, and their time in ms since the epoch. The first one is `from`. */
export interface TimesAnswer {
  readonly from: number;
  readonly runs: readonly (readonly [events: number, recordedAt: number])[];
}

/** Events per type, in buckets. */
export interface TimelineAnswer {
  /** Whether the types of a bucket are estimated. Then its buckets are equal by sequence, also where they have times. */
  readonly sampled?: boolean;
  readonly from: number;
  readonly to: number;
  readonly events: number;
  readonly types: Readonly<Record<string, number>>;
  readonly buckets: readonly {
    readonly first: number;
    readonly last: number;
    /** For buckets by time, in ms since the epoch. */
    readonly start?: number;
    readonly end?: number;
    readonly events: number;
    readonly types: Readonly<Record<string, number>>;
  }[];
}
