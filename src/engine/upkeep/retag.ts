/**
 * Retagging: stores the tags of events that were recorded without tags, or with tags of another `tags` function.
 *
 * It works block by block. Each block is sealed again with its tags, proven to hold the same events, and replaced in one
 * transaction. So it can stop at any time, and the next call continues with the blocks that are left. Appends and reads
 * continue meanwhile. Open blocks are sealed first.
 */
import { RefoldError } from '../../core/errors.ts';
import type { Model } from '../../core/model.ts';
import type { Block, EventTags, LogStore } from '../../log/log-store.ts';
import { packTagged, unpackBlock } from '../../log/unpacking/unpacking.ts';
import { Pace } from '../../threads/pace.ts';
import { A_SIGNAL, type OptionChecks } from '../calls/call-options.ts';
import type { Progress } from '../calls/progress.ts';
import { guardOf, type Reentrancy } from '../calls/reentrancy.ts';
import { countUntagged, taggersOf, tagsOfRecorded } from '../folding/taggers.ts';
import { type UpcastRules, upcastRulesOf } from '../folding/upcast.ts';
import { sealThrough } from './compaction.ts';

export interface RetagOptions {
  /** Stops after the block in progress. */
  readonly signal?: AbortSignal | undefined;
}

export const RETAG_CHECKS: OptionChecks<RetagOptions> = { signal: A_SIGNAL };

export interface RetagReport {
  /** Blocks that have their tags now, and the events in them. */
  readonly blocks: number;
  readonly events: number;
  /** Events in blocks that a query still has to read: 0 unless the work was stopped, or a block is too large to seal. */
  readonly untaggedEvents: number;
}

/** What retagging works on. */
export interface RetagContext {
  readonly model: Model;
  readonly log: LogStore;
  readonly onProgress: (progress: Progress) => void;
}

/** How long tagging may keep the event loop to itself, in ms. */
const TAGGING_SLICE_MS = 4;

/** @throws RefoldError `INVALID_OPTION` for a model without tags, or a log that cannot do it; `MODEL_MISMATCH`, `LOG_CORRUPT` */
export async function retagLog(context: RetagContext, { signal }: RetagOptions): Promise<RetagReport> {
  const { model, log, onProgress } = context;
  const taggers = taggersOf(model);
  if (taggers.size === 0) throw cannotRetag(log, `the model ${model.name} has no tags`, 'Give an event type tags');
  if (log.find === undefined || log.care?.replaceBlock === undefined) {
    throw cannotRetag(log, 'this log keeps no lists of tags', 'Query it as it is: the tags are computed');
  }
  const total = await countUntagged(log, taggers);
  const tell = (done: number): void => onProgress({ phase: 'retag', done, total });
  tell(0);
  await sealUntagged(context, taggers, signal);
  const query = { from: log.firstSequence(), to: log.head().sequence, tags: { taggers } };
  const tagger = new BlockTagger(model, log, taggers, await upcastRulesOf(model, log));
  let blocks = 0;
  let events = 0;
  for await (const header of log.find(query)) {
    if (signal?.aborted === true) break;
    if (header.encoding !== 'sealed') continue; // too large to seal
    const { firstSequence, lastSequence } = header;
    for await (const block of log.read({ from: firstSequence, to: lastSequence })) {
      // Sealing may have joined it with others meanwhile. The next call finds it.
      if (block.firstSequence !== firstSequence || block.lastSequence !== lastSequence) continue;
      if (!(await log.care.replaceBlock(await packTagged(block, await tagger.tagsOf(block))))) continue;
      blocks += 1;
      events += lastSequence - firstSequence + 1;
      tell(events);
    }
  }
  return { blocks, events, untaggedEvents: await countUntagged(log, taggers) };
}

async function sealUntagged(
  { log }: RetagContext,
  taggers: ReadonlyMap<string, string>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const through = log.head().sequence;
  for await (const { encoding, firstSequence } of log.find!({
    from: log.firstSequence(),
    to: through,
    tags: { taggers },
  })) {
    if (encoding !== 'open') continue;
    const range = { from: firstSequence, through, ...(signal === undefined ? {} : { signal }) };
    await sealThrough({ log, onProgress: () => {} }, range);
    return;
  }
}

/** Computes the tags of the events of a block with the model as it is now. */
class BlockTagger {
  readonly #model: Model;
  readonly #guard: Reentrancy;
  readonly #taggers: ReadonlyMap<string, string>;
  readonly #rules: UpcastRules;
  readonly #pace = new Pace(TAGGING_SLICE_MS);

  constructor(model: Model, log: LogStore, taggers: ReadonlyMap<string, string>, rules: UpcastRules) {
    this.#model = model;
    this.#guard = guardOf(log);
    this.#taggers = taggers;
    this.#rules = rules;
  }

  async tagsOf(block: Block): Promise<EventTags[]> {
    const tags: EventTags[] = [];
    for await (const { events } of unpackBlock(block)) {
      for (const event of events) {
        const tagger = this.#taggers.get(event.type);
        tags.push(
          tagger === undefined
            ? 0
            : [tagger, ...this.#guard.run(() => tagsOfRecorded(this.#model, event, this.#rules))],
        );
        if (this.#pace.isOver) await this.#pace.rest();
      }
    }
    return tags;
  }
}

function cannotRetag({ path }: LogStore, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot retag ${path}: ${problem}`, { path, type: 'tags', hint });
}
