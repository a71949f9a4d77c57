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
import { type FoldingRules, foldingRulesOf, presentToFold } from '../../folding/refold.ts';

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

interface NearBlock {
  readonly first: number;
  readonly last: number;
  readonly recorded: readonly RecordedEvent[];
  readonly commitEnds: readonly number[];
}

/** So many events are read at once where blocks are small: some before the place, and some after it. */
const NEARBY_BEFORE = 64;
const NEARBY_AFTER = 192;
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
    this.#stretches.push(blocks);
    if (this.#stretches.length > NEAR_STRETCHES) this.#stretches.shift();
    return blockWith(blocks, sequence);
  }

  async #readStretch(
    range: { readonly from: number; readonly to: number },
    sequence: number,
    signal: AbortSignal | undefined,
  ): Promise<NearBlock[]> {
    const blocks: NearBlock[] = [];
    for await (const block of this.#log.read(range)) {
      throwIfAborted(signal);
      const { events, commitEnds } = decodeBlock(block);
      blocks.push({ first: block.firstSequence, last: block.lastSequence, recorded: events, commitEnds });
      // A large block is enough. Those before it are not needed.
      if (block.lastSequence >= sequence && block.lastSequence - block.firstSequence >= NEARBY_AFTER) break;
    }
    return blocks;
  }
}

function blockWith(blocks: readonly NearBlock[], sequence: number): NearBlock {
  return blocks.find(({ last }) => last >= sequence)!;
}

function copyOf(event: RecordedEvent): RecordedEvent {
  return { ...event, data: copyPayload(event.data, 'data', false) };
}

function commitOf({ first, recorded, commitEnds }: NearBlock, sequence: number): Commit {
  const place = commitEnds.findIndex((end) => end >= sequence);
  const firstSequence = place === 0 ? first : commitEnds[place - 1]! + 1;
  const { recordedAt } = recorded[sequence - first]!;
  return { firstSequence, lastSequence: commitEnds[place]!, recordedAt };
}
