/**
 * Finds what a redaction changes, and packs it: neighbouring blocks with changed events become one sealed block, a *run*.
 *
 * The log is read once, and little of it is kept: the packed runs up to a bound. A run beyond that is made again when it is
 * read. `redact` must then give the same again, which is checked.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Model } from '../../core/model.ts';
import { decodeTags } from '../../log/blocks/block.ts';
import { sameJson } from '../../log/blocks/packed-values.ts';
import type { RedactedEvent } from '../../log/blocks/redacting.ts';
import { openBytesOf, SEALED_BLOCK_EVENTS, SEALED_BLOCK_OPEN_BYTES } from '../../log/blocks/sealing.ts';
import type { LogRedaction } from '../../log/log-redaction.ts';
import type { Block, EventTags, LogStore, SealedBlock } from '../../log/log-store.ts';
import { packRedacted, unpackBlock } from '../../log/unpacking/unpacking.ts';
import { Pace } from '../../threads/pace.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { recordedTypesOf } from '../folding/formers.ts';
import { taggersOf, tagsOfRecorded } from '../folding/taggers.ts';
import { inOwnType, listed, type UpcastRules, upcastEvent, upcastRulesOf } from '../folding/upcast.ts';
import { blocksOf, type Tagging, taggingOf } from '../past/events.ts';
import { redactEvent } from './redacted-event.ts';
import { isPicked, type Selector } from './selector.ts';

/** Blocks that one sealed block replaces. */
export interface ChangedRun {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly checksum: number;
  /** Undefined when it is made again for each reading. */
  readonly sealed: SealedBlock | undefined;
}

/** A run that was made. */
export interface MadeRun {
  readonly sealed: SealedBlock;
  /** How many blocks it replaces. */
  readonly blocks: number;
  /** The changed events, as they will be. */
  readonly events: readonly RecordedEvent[];
}

/** Packed runs are kept up to this size in all. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** How long this may keep the event loop to itself, in ms. */
const ERASING_SLICE_MS = 4;

export interface ChangedRunsParts {
  readonly model: Model;
  readonly log: LogStore;
  readonly redaction: LogRedaction;
  readonly selector: Selector;
  /** The events up to here are looked at. */
  readonly head: number;
  /** Sequences of snapshots: no run crosses one of them. */
  readonly borders: ReadonlySet<number>;
}

/** What going through the log tells. */
export interface OnTheWay {
  /** Called with each selected event, whether or not it changes. */
  readonly onSelected: (event: RecordedEvent) => void;
  /** Called with the last sequence that was looked at; may reject. */
  readonly onProgress: (sequence: number) => Promise<void>;
}

export class ChangedRuns {
  readonly #parts: ChangedRunsParts;
  readonly #guard: Reentrancy;
  readonly #taggers: ReadonlyMap<string, string>;
  readonly #tagging: Tagging;
  readonly #rules: UpcastRules;
  readonly #sequences: ReadonlySet<number> | undefined;
  readonly #pace = new Pace(ERASING_SLICE_MS);
  readonly #runs: ChangedRun[] = [];
  #keptBytes = 0;

  static async open(parts: ChangedRunsParts): Promise<ChangedRuns> {
    return new ChangedRuns(parts, await upcastRulesOf(parts.model, parts.log));
  }

  private constructor(parts: ChangedRunsParts, rules: UpcastRules) {
    const { model, log, selector } = parts;
    this.#parts = parts;
    this.#sequences = selector.kind === 'sequences' ? new Set(selector.sequences) : undefined;
    this.#guard = guardOf(log);
    this.#taggers = taggersOf(model);
    this.#tagging = taggingOf(model, log);
    this.#rules = rules;
  }

  /**
   * Goes through the log. Gives each run when it is made.
   *
   * @throws RefoldError as `redactEvent` and `isPicked` do; `MODEL_MISMATCH`, `LOG_CORRUPT`
   */
  async *find({ onSelected, onProgress }: OnTheWay): AsyncGenerator<MadeRun, void> {
    let open = new OpenRun();
    let last = 0;
    for await (const block of this.#candidates()) {
      if (block.firstSequence <= last) continue; // another stretch of sequences lies in the same block
      last = block.lastSequence;
      const changes = await this.#changesOf(block, onSelected);
      if (changes.length > 0) {
        if (!open.isEmpty && !open.mayTake(block, this.#parts.borders)) {
          yield await this.#pack(open);
          open = new OpenRun();
        }
        open.take(block, changes);
      }
      await onProgress(last);
      if (this.#pace.isOver) await this.#pace.rest();
    }
    if (!open.isEmpty) yield await this.#pack(open);
  }

  /** The run that replaces the block which begins at a sequence, if one does. */
  holding(sequence: number): ChangedRun | undefined {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle]!.firstSequence <= sequence) low = middle + 1;
      else high = middle;
    }
    const run = this.#runs[low - 1];
    return run !== undefined && run.lastSequence >= sequence ? run : undefined;
  }

  /** The block of a run. @throws RefoldError `EVENT_REJECTED` when `redact` gives something else than before */
  async sealedOf(run: ChangedRun): Promise<SealedBlock> {
    if (run.sealed !== undefined) return run.sealed;
    const open = new OpenRun();
    for await (const block of this.#parts.log.read({ from: run.firstSequence, to: run.lastSequence })) {
      open.take(block, await this.#changesOf(block));
    }
    const sealed = await this.#packed(open);
    if (sealed.checksum === run.checksum) return sealed;
    throw new RefoldError(
      'EVENT_REJECTED',
      `Cannot redact from ${grouped(run.firstSequence)} to ${grouped(run.lastSequence)}: redact gave something else the second time`,
      {
        sequence: run.firstSequence,
        hint: 'Let redact depend on nothing but its arguments: no clock, no random numbers; nothing was changed',
      },
    );
  }

  async #pack(open: OpenRun): Promise<MadeRun> {
    const sealed = await this.#packed(open);
    const { firstSequence, lastSequence, checksum, payload } = sealed;
    const isKept = this.#keptBytes + payload.byteLength <= KEPT_BYTES;
    if (isKept) this.#keptBytes += payload.byteLength;
    this.#runs.push({ firstSequence, lastSequence, checksum, sealed: isKept ? sealed : undefined });
    return { sealed, blocks: open.blocks.length, events: open.changes.map(({ event }) => event) };
  }

  async #packed({ blocks, changes }: OpenRun): Promise<SealedBlock> {
    const startChain = await this.#parts.redaction.chainBefore(blocks[0]!.firstSequence);
    return packRedacted(blocks, startChain, changes);
  }

  /** Blocks that may hold selected events. */
  #candidates(): AsyncIterable<Block> {
    const { log, selector, head } = this.#parts;
    const range = { from: log.firstSequence(), to: head };
    const sequences = selector.kind === 'sequences' ? selector.sequences : undefined;
    const tags = selector.kind === 'tag' ? this.#wanted(selector).tags : undefined;
    return blocksOf(log, range, { from: range.from, sequences }, tags);
  }

  #wanted(selector: Selector) {
    if (selector.kind === 'tag') return { tags: { tag: selector.tag, taggers: this.#taggers } };
    return selector.kind === 'types' ? { types: recordedTypesOf(this.#parts.model, selector.types) } : {};
  }

  async #changesOf(block: Block, onSelected?: OnTheWay['onSelected']): Promise<RedactedEvent[]> {
    const { selector, head } = this.#parts;
    const sequences = this.#sequences;
    const changes: RedactedEvent[] = [];
    let stored: readonly EventTags[] | undefined;
    for await (const { events, isCertain } of unpackBlock(block, this.#wanted(selector))) {
      for (let index = 0; index < events.length; index++) {
        const event = events[index]!;
        if (event.sequence > head || sequences?.has(event.sequence) === false) continue;
        const change = this.#guard.run(() => this.#changeOf(event, isCertain?.[index] === true));
        if (change === undefined) continue;
        onSelected?.(event);
        if (sameJson(change.event, event)) {
          // Tags of an earlier `tags` may hold the words, too.
          stored ??= decodeTags(block);
          if (sameJson(stored[event.sequence - block.firstSequence], change.tags)) continue;
        }
        changes.push(change);
        if (this.#pace.isOver) await this.#pace.rest();
      }
    }
    return changes;
  }

  /** Undefined for an event that is not selected. An event is redacted as what it was recorded as, whatever it has become. */
  #changeOf(recorded: RecordedEvent, isCertain: boolean): RedactedEvent | undefined {
    const { model } = this.#parts;
    const rules = this.#rules;
    const own = inOwnType(model, recorded, rules);
    const hasBecome = rules.formers?.has(recorded.type) === true;
    const forms = hasBecome ? [own, ...listed(upcastEvent(model, recorded, rules))] : [own];
    if (!isCertain && !this.#isSelected(forms)) return undefined;
    if (!model.types.has(recorded.type)) throw notInModel(recorded);
    const redacted = redactEvent(model, own);
    const tagger = this.#taggers.get(recorded.type);
    return {
      event: redacted,
      tags: tagger === undefined ? 0 : [tagger, ...tagsOfRecorded(model, redacted, rules)],
    };
  }

  /** @param forms what an event was recorded as, and what it has become */
  #isSelected(forms: readonly RecordedEvent[]): boolean {
    const { selector } = this.#parts;
    if (selector.kind === 'sequences') return true;
    if (selector.kind === 'tag') return forms.some((form) => this.#tagging.hasTag(form, selector.tag));
    return forms.some((form) => {
      freezeJson(form); // `where` must not change it
      return selector.types.has(form.type) && isPicked(selector.where, form);
    });
  }
}

function notInModel({ sequence, type }: RecordedEvent): RefoldError {
  return new RefoldError(
    'INVALID_OPTION',
    `Cannot redact ${type} at ${grouped(sequence)}: the model has no such type any more`,
    {
      type,
      sequence,
      hint: `Add ${type} to the model with retired: true and a redact; nothing was changed`,
    },
  );
}

/** A run that is being gathered. */
class OpenRun {
  readonly blocks: Block[] = [];
  readonly changes: RedactedEvent[] = [];
  #openBytes = 0;

  get isEmpty(): boolean {
    return this.blocks.length === 0;
  }

  /** Whether a block may join: it is the next one, the run is not full, and no snapshot lies between them. */
  mayTake(block: Block, borders: ReadonlySet<number>): boolean {
    const end = this.blocks.at(-1)!.lastSequence;
    const events = block.lastSequence - this.blocks[0]!.firstSequence + 1;
    const isNext = end + 1 === block.firstSequence && !borders.has(end);
    return isNext && events <= SEALED_BLOCK_EVENTS && this.#openBytes + openBytesIn(block) <= SEALED_BLOCK_OPEN_BYTES;
  }

  take(block: Block, changes: readonly RedactedEvent[]): void {
    this.blocks.push(block);
    for (const change of changes) this.changes.push(change);
    this.#openBytes += openBytesIn(block);
  }
}

function openBytesIn(block: Block): number {
  return openBytesOf(block as SealedBlock);
}
