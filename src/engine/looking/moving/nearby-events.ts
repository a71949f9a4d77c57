/**
 * The events near a place in the log, for a cursor that goes back and forth: each as the model has it, and each as often as it
 * is asked for. A few blocks stay decoded.
 */
import { isRefoldError } from '../../../core/errors.ts';
import type { Commit, RecordedEvent } from '../../../core/event.ts';
import { freezeJson } from '../../../core/freeze.ts';
import { copyPayload } from '../../../core/guard.ts';
import type { Model } from '../../../core/model.ts';
import { decodeBlock } from '../../../log/blocks/block.ts';
import type { LogStore } from '../../../log/log-store.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { guardOf } from '../../calls/reentrancy.ts';
import { type FoldingRules, foldingRulesOf, presentToFold, type RestOfBlock } from '../../folding/refold.ts';

/** What the log has at one sequence. */
export interface EventPlace {
  /** The recorded event as the model has it: one event, or several, or none. Frozen. */
  readonly events: readonly RecordedEvent[];
  /** The commit that it belongs to. */
  readonly commit: Commit;
  readonly recordedAt: number;
  /** The events once more, to be folded: a reducer may keep their data, and change it. */
  readonly fresh: () => readonly RecordedEvent[];
}

/** Neighbouring events of one block. */
interface NearBlock {
  /** The first sequence of the block. */
  readonly start: number;
  /** The first and the last of the events. */
  readonly first: number;
  readonly last: number;
  readonly recorded: readonly RecordedEvent[];
  readonly commitEnds: readonly number[];
}

/** So many events are read at once where blocks are small: some before the place, and some after it. */
const NEARBY_BEFORE = 64;
const NEARBY_AFTER = 192;
/** A large block is decoded so far around the place. */
const LARGE_BLOCK = { before: 512, after: 4_096 };
/** The most blocks that stay decoded besides small ones: going to and fro at a border needs two. */
const NEAR_STRETCHES = 2;

export class NearbyEvents {
  readonly #model: Model;
  readonly #log: LogStore;
  #rules: FoldingRules | undefined;
  /** Stretches of neighbouring blocks, the latest used last. */
  #stretches: (readonly NearBlock[])[] = [];

  constructor(model: Model, log: LogStore) {
    this.#model = model;
    this.#log = log;
  }

  /** Call this when the log was redacted. */
  forget(): void {
    this.#stretches = [];
  }

  /** Takes events that were decoded already. */
  add({ firstSequence, events, commitEnds }: RestOfBlock): void {
    this.#addStretch([nearBlock(firstSequence, { events, commitEnds })]);
  }

  /** @throws RefoldError `HISTORY_GONE`, `LOG_CORRUPT`, `MODEL_MISMATCH`, `UNKNOWN_EVENT_TYPE` */
  async at(sequence: number, signal?: AbortSignal): Promise<EventPlace> {
    const block = this.#known(sequence) ?? (await this.#read(sequence, signal));
    const rules = (this.#rules ??= await foldingRulesOf(this.#model, this.#log));
    const recorded = block.recorded[sequence - block.first]!;
    const guard = guardOf(this.#log);
    const fresh = (): RecordedEvent[] => guard.run(() => presentToFold(this.#model, [copyOf(recorded)], rules));
    const events = fresh();
    for (const event of events) {
      freezeJson(event.data);
      freezeJson(event.meta);
      Object.freeze(event);
    }
    return { events, commit: commitOf(block, sequence), recordedAt: recorded.recordedAt, fresh };
  }

  #known(sequence: number): NearBlock | undefined {
    const at = this.#stretches.findIndex((blocks) => blocks[0]!.first <= sequence && sequence <= blocks.at(-1)!.last);
    if (at < 0) return undefined;
    const [stretch] = this.#stretches.splice(at, 1);
    this.#stretches.push(stretch!);
    return blockWith(stretch!, sequence);
  }

  async #read(sequence: number, signal: AbortSignal | undefined): Promise<NearBlock> {
    const from = Math.max(sequence - NEARBY_BEFORE, this.#log.firstSequence(), 1);
    const wide = { from: Math.min(from, sequence), to: sequence + NEARBY_AFTER };
    const blocks = await this.#readStretch(wide, sequence, signal).catch((error) => {
      if (!isRefoldError(error, 'LOG_CORRUPT')) throw error;
      return this.#readStretch({ from: sequence, to: sequence }, sequence, signal); // a neighbour may be the damaged one
    });
    this.#addStretch(blocks);
    return blockWith(blocks, sequence);
  }

  #addStretch(blocks: readonly NearBlock[]): void {
    this.#stretches.push(blocks);
    if (this.#stretches.length > NEAR_STRETCHES) this.#stretches.shift();
  }

  async #readStretch(
    range: { readonly from: number; readonly to: number },
    sequence: number,
    signal: AbortSignal | undefined,
  ): Promise<NearBlock[]> {
    const blocks: NearBlock[] = [];
    for await (const block of this.#log.read(range)) {
      throwIfAborted(signal);
      const part = { from: sequence - LARGE_BLOCK.before, to: sequence + LARGE_BLOCK.after };
      blocks.push(nearBlock(block.firstSequence, decodeBlock(block, undefined, part)));
      // A large block is enough. Those before it are not needed.
      if (block.lastSequence >= sequence && block.lastSequence - block.firstSequence >= NEARBY_AFTER) break;
    }
    return blocks;
  }
}

function nearBlock(start: number, { events, commitEnds }: Pick<RestOfBlock, 'events' | 'commitEnds'>): NearBlock {
  return { start, first: events[0]!.sequence, last: events.at(-1)!.sequence, recorded: events, commitEnds };
}

function blockWith(blocks: readonly NearBlock[], sequence: number): NearBlock {
  return blocks.find(({ last }) => last >= sequence)!;
}

function copyOf(event: RecordedEvent): RecordedEvent {
  return { ...event, data: copyPayload(event.data, 'data', false) };
}

function commitOf({ start, first, recorded, commitEnds }: NearBlock, sequence: number): Commit {
  const place = commitAt(commitEnds, sequence);
  const firstSequence = place === 0 ? start : commitEnds[place - 1]! + 1;
  const { recordedAt } = recorded[sequence - first]!;
  return { firstSequence, lastSequence: commitEnds[place]!, recordedAt };
}

/** Which commit has a sequence. */
function commitAt(ends: readonly number[], sequence: number): number {
  let [low, high] = [0, ends.length - 1];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ends[middle]! >= sequence) high = middle;
    else low = middle + 1;
  }
  return low;
}
