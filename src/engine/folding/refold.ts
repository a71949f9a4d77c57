/**
 * Folds a stretch of the log into a state: the one loop behind recovery, replay, time travel, verify and projections.
 *
 * It always uses the direct fold. Between blocks it pauses, so that other work of the event loop runs during a long replay.
 */
import { grouped } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Model } from '../../core/model.ts';
import { type FoldReducers, foldDirect, type Leniency, type OrderedTables } from '../../fold/live-state.ts';
import { type DecodedBlock, decodeBlock, EMPTY_CHAIN } from '../../log/blocks/block.ts';
import type { Block, LogStore, SnapshotInfo } from '../../log/log-store.ts';
import { throwIfAborted } from '../../threads/aborted.ts';
import { Pace } from '../../threads/pace.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { warnOf } from '../calls/warn.ts';
import { parseFingerprint } from './fingerprint.ts';
import { recordedTypesOf } from './formers.ts';
import { type UpcastRules, uncheckedThrough, upcastEvents, upcastRulesOf } from './upcast.ts';

/** A state on its way through the log. */
export interface FoldCursor<State> {
  readonly state: State;
  /** The sequence of the last event folded. */
  sequence: number;
  /** ms since the epoch of the last event folded; 0 before the first. */
  recordedAt: number;
  /** The log's chain after the last event folded, hex. Valid only if that event is the last of its block. */
  chain: string;
  /** The first sequence of each event type so far. */
  readonly firstSeen: Map<string, number>;
}

export interface FoldRange {
  /** Inclusive; default the log's end. */
  readonly to?: number | undefined;
  /** Fold only these types, those of a projection; the log need not decode the others. */
  readonly types?: ReadonlySet<string> | undefined;
  readonly onProgress?: ((sequence: number) => void) | undefined;
  /** Called at the end of each block except the last: a snapshot can be taken there. Its promise is awaited. */
  readonly onBlock?: ((cursor: FoldCursor<object>) => Promise<void> | undefined) | undefined;
  /** Called for each event that is not folded as it was recorded. It must not throw. */
  readonly onUpcast?: UpcastRules['onUpcast'];
  /** Checks after each block that reducers have left the ordered tables in their places. */
  readonly tables?: OrderedTables | undefined;
  /** Gets the next events of the last block, which are decoded with those of the range. */
  readonly onRest?: ((rest: RestOfBlock) => void) | undefined;
  /** Default: slices of 40 ms. */
  readonly pace?: Pace | undefined;
  /** Ends the fold at the next block: it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Some events of a block behind the range that was folded, as they were recorded. */
export interface RestOfBlock {
  /** The first sequence of the block. */
  readonly firstSequence: number;
  /** At least one. */
  readonly events: readonly RecordedEvent[];
  /** The last sequence of each commit of the block. */
  readonly commitEnds: readonly number[];
}

/** So many events behind the range are decoded at most for those who want to go on. */
const REST_EVENTS = 512;

/** How long the fold may block the event loop, in ms. */
const FOLD_SLICE_MS = 40;

/** A cursor before the first event. */
export function startCursor<State>(state: State): FoldCursor<State> {
  return { state, sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN, firstSeen: new Map() };
}

/** A cursor at a snapshot whose state has been loaded. */
export function cursorAt<State>(info: SnapshotInfo, state: State): FoldCursor<State> {
  const types = parseFingerprint(info.fingerprint)?.types ?? {};
  const firstSeen = new Map(Object.entries(types).map(([type, { first }]) => [type, first]));
  return { state, sequence: info.sequence, recordedAt: info.recordedAt, chain: info.chain, firstSeen };
}

/**
 * Folds from just after the cursor to the end of the range; the cursor moves along.
 *
 * @throws RefoldError what the log, an upcaster or a reducer throws; the reason of the signal. The cursor's state must not be used
 * after that
 */
export async function foldLog<State>(
  model: Model,
  reducers: FoldReducers,
  log: LogStore,
  cursor: FoldCursor<State>,
  range: FoldRange = {},
): Promise<void> {
  const { to = Number.POSITIVE_INFINITY, pace = new Pace(FOLD_SLICE_MS), signal, onRest } = range;
  throwIfAborted(signal);
  const guard = guardOf(log);
  if (cursor.sequence >= to) return;
  const { rules, leniency } = await foldingRulesOf(model, log, range.onUpcast);
  const types = range.types && recordedTypesOf(model, range.types);
  // Without `to` the log decides where to end: the end of a read-only log may have moved since its last look.
  for await (const block of log.read({ from: cursor.sequence + 1, ...(range.to === undefined ? {} : { to }) })) {
    const part = { from: cursor.sequence + 1, to: onRest === undefined ? to : to + REST_EVENTS };
    const decoded = decodeBlock(block, types, part);
    let events = within(decoded.events, cursor.sequence, to);
    if (block.lastSequence > to) onRest?.(restOf(block, decoded, to));
    guard.enter();
    try {
      note(events, cursor);
      events = upcastEvents(model, events, rules);
      if (types !== range.types) events = events.filter(({ type }) => range.types!.has(type));
      freezeMeta(events, leniency.through);
      foldDirect(reducers, cursor.state as object, events, leniency);
      range.tables?.requireInPlace(events.at(-1));
    } finally {
      guard.leave();
    }
    events.length = 0; // so that the list does not keep the events in memory
    cursor.sequence = Math.min(block.lastSequence, to);
    cursor.chain = block.chain;
    range.onProgress?.(cursor.sequence);
    if (cursor.sequence < to) await range.onBlock?.(cursor as FoldCursor<object>);
    if (pace.isOver) await pace.rest();
    throwIfAborted(signal);
  }
}

/** How the events of a log become those that are folded, and what old ones may do. */
export interface FoldingRules {
  readonly rules: UpcastRules;
  readonly leniency: Leniency;
}

export async function foldingRulesOf(
  model: Model,
  log: LogStore,
  onUpcast?: UpcastRules['onUpcast'],
): Promise<FoldingRules> {
  return { rules: await upcastRulesOf(model, log, onUpcast), leniency: await leniencyOf(log) };
}

/** The events of a block after a sequence, up to another one, as they were recorded. @throws RefoldError `LOG_CORRUPT` */
export function recordedIn(block: Block, after: number, to: number): RecordedEvent[] {
  return decodeBlock(block, undefined, { from: after + 1, to }).events;
}

/**
 * Recorded events as they are folded: in the model's versions. Reducers may keep and change their data. May give the list itself.
 *
 * @throws RefoldError what an upcaster throws
 */
export function presentToFold(
  model: Model,
  recorded: RecordedEvent[],
  { rules, leniency }: FoldingRules,
): RecordedEvent[] {
  const events = upcastEvents(model, recorded, rules);
  freezeMeta(events, leniency.through);
  return events;
}

/** What older events of a log may do, and new ones must not. A warning reports it once for each log and type. */
async function leniencyOf(log: LogStore): Promise<Leniency> {
  const through = await uncheckedThrough(log);
  let warned = warnedIn.get(log);
  if (warned === undefined) warnedIn.set(log, (warned = new Set()));
  const onNewRoot: Leniency['onNewRoot'] = ({ type, sequence }) => {
    if (warned.has(type)) return;
    warned.add(type);
    const what = `The reducer of ${type} returned a new state at sequence ${grouped(sequence)}, which was ignored`;
    warnOf(log, 'RefoldReplayWarning', `${what}: new events that it does so for are refused`);
  };
  return { through, onNewRoot };
}

const warnedIn = new WeakMap<LogStore, Set<string>>();

/** Freezes the meta, as a live reducer gets it. The meta of older events stays as it was. */
function freezeMeta(events: readonly RecordedEvent[], after: number): void {
  for (const { meta, sequence } of events) if (sequence > after) freezeJson(meta);
}

function restOf({ firstSequence }: Block, { events, commitEnds }: DecodedBlock, after: number): RestOfBlock {
  return { firstSequence, events: events.filter(({ sequence }) => sequence > after), commitEnds };
}

/** Only the events of the range: the first and the last block may reach beyond it. */
function within(events: RecordedEvent[], after: number, to: number): RecordedEvent[] {
  const first = events[0];
  const last = events.at(-1);
  if (first === undefined || last === undefined) return events;
  if (first.sequence > after && last.sequence <= to) return events;
  return events.filter(({ sequence }) => sequence > after && sequence <= to);
}

/** Notes where each type occurred first, and when the last event was recorded. */
function note(events: readonly RecordedEvent[], cursor: FoldCursor<unknown>): void {
  const { firstSeen } = cursor;
  for (const { type, sequence } of events) if (!firstSeen.has(type)) firstSeen.set(type, sequence);
  cursor.recordedAt = events.at(-1)?.recordedAt ?? cursor.recordedAt;
}
