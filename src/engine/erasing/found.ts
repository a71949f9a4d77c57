/** What a redaction finds on its way through the log: counts, and what it stages of it. */
import type { RecordedEvent } from '../../core/event.ts';
import type { LogStore, SealedBlock, StoredOutcome } from '../../log/log-store.ts';
import { commitWithoutId, withoutResult } from '../writing/outcomes/outcome.ts';
import type { ChangedRuns } from './changed-runs.ts';

/** Blocks are staged together up to this size. */
const STAGED_TOGETHER_BYTES = 4 * 1024 * 1024;
const STAGED_TOGETHER = 200;
const LOOKED_UP_TOGETHER = 1_000;

/** What going through the log has found so far, and what of it is staged. */
export class Found {
  readonly runs: ChangedRuns;
  /** Parked events of reactors that were selected. */
  readonly parked: Set<number> = new Set();
  readonly head: number;
  events = 0;
  blocks = 0;
  outcomes = 0;
  /** The first and the last event that changed, or whose outcome did. */
  first: number | undefined;
  last = 0;
  readonly #log: LogStore;
  readonly #parkedOnes: ReadonlySet<number>;
  readonly #stage: (blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]) => Promise<void>;
  /** Commands of selected events whose outcomes were not looked up yet, each with a sequence of its commit. */
  #commands = new Map<string, number>();
  /** Selected events that do not say which command recorded them, in ranges. */
  readonly #withoutId: Range[] = [];
  #blocks: SealedBlock[] = [];
  #outcomes: StoredOutcome[] = [];
  #bytes = 0;

  constructor(
    runs: ChangedRuns,
    log: LogStore,
    head: number,
    parked: ReadonlySet<number>,
    stage: (blocks: readonly SealedBlock[], outcomes: readonly StoredOutcome[]) => Promise<void>,
  ) {
    this.runs = runs;
    this.#log = log;
    this.head = head;
    this.#parkedOnes = parked;
    this.#stage = stage;
  }

  select({ sequence, commandId }: RecordedEvent): void {
    if (this.#parkedOnes.has(sequence)) this.parked.add(sequence);
    if (commandId !== undefined) {
      this.#commands.set(commandId, sequence);
      return;
    }
    const last = this.#withoutId.at(-1);
    if (last !== undefined && last.to + 1 >= sequence) last.to = Math.max(last.to, sequence);
    else this.#withoutId.push({ from: sequence, to: sequence });
  }

  change(events: readonly RecordedEvent[], blocks: number): void {
    this.events += events.length;
    this.blocks += blocks;
    for (const { sequence } of events) this.#touch(sequence);
  }

  /** Looks up the outcomes of commands if there are many. Then it keeps little, however many events are selected. */
  async lookUpSome(): Promise<void> {
    if (this.#commands.size >= LOOKED_UP_TOGETHER) await this.#lookUp();
  }

  async stage(block: SealedBlock): Promise<void> {
    this.#blocks.push(block);
    this.#bytes += block.payload.byteLength;
    if (this.#bytes >= STAGED_TOGETHER_BYTES || this.#blocks.length >= STAGED_TOGETHER) await this.stageAll();
  }

  /**
   * Finds the outcomes of commits that do not say which command recorded them.
   *
   * @param all all remembered outcomes
   */
  async lookThrough(all: () => AsyncIterable<StoredOutcome>): Promise<void> {
    if (this.#withoutId.length === 0) return;
    for await (const stored of all()) {
      const commit = commitWithoutId(stored);
      if (commit === undefined) continue;
      const { firstSequence, lastSequence } = commit;
      const range = rangeFrom(this.#withoutId, firstSequence);
      if (range !== undefined && range.from <= lastSequence) this.#cut(stored, Math.max(range.from, firstSequence));
    }
  }

  /** Stages what is left. */
  async stageAll(): Promise<void> {
    await this.#lookUp();
    if (this.#blocks.length > 0 || this.#outcomes.length > 0) await this.#stage(this.#blocks, this.#outcomes);
    this.#blocks = [];
    this.#outcomes = [];
    this.#bytes = 0;
  }

  async #lookUp(): Promise<void> {
    const commands = this.#commands;
    this.#commands = new Map();
    for (const [commandId, sequence] of commands) {
      const stored = await this.#log.outcome(commandId);
      if (stored !== undefined) this.#cut(stored, sequence);
    }
  }

  #cut(stored: StoredOutcome, sequence: number): void {
    const without = withoutResult(stored, sequence);
    if (without === undefined) return;
    this.#outcomes.push(without);
    this.outcomes += 1;
    this.#touch(sequence);
  }

  #touch(sequence: number): void {
    this.first = Math.min(this.first ?? sequence, sequence);
    this.last = Math.max(this.last, sequence);
  }
}

interface Range {
  readonly from: number;
  to: number;
}

/** The first range that ends at a sequence or later. */
function rangeFrom(ranges: readonly Range[], sequence: number): Range | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ranges[middle]!.to < sequence) low = middle + 1;
    else high = middle;
  }
  return ranges[low];
}
