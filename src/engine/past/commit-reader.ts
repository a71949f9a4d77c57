/**
 * The events of single commits, for callers that repeat a command.
 *
 * After a crash many callers repeat their last command at once, and their commits share few blocks. So what is asked while
 * a block is read waits, is sorted, and each block is read and decoded once.
 */
import { isRefoldError } from '../../core/errors.ts';
import type { Commit, RecordedEvent } from '../../core/event.ts';
import { freezeJson } from '../../core/freeze.ts';
import type { Model } from '../../core/model.ts';
import { decodeBlock } from '../../log/blocks/block.ts';
import type { LogStore } from '../../log/log-store.ts';
import { nextTurn } from '../../threads/timers.ts';
import { guardOf } from '../calls/reentrancy.ts';
import { listed, type UpcastRules, upcastEvent, upcastRulesOf } from '../folding/upcast.ts';

/** The events of a commit, frozen and in the model's versions; undefined when the log has dropped them. */
type CommitEvents = readonly RecordedEvent[] | undefined;

interface Question {
  readonly commit: Commit;
  readonly resolve: (events: CommitEvents) => void;
  readonly reject: (error: unknown) => void;
}

/** The events of one block. */
interface Decoded {
  readonly lastSequence: number;
  readonly events: readonly RecordedEvent[];
}

export class CommitReader {
  readonly #model: Model;
  readonly #log: LogStore;
  #questions: Question[] = [];
  #isReading = false;

  constructor(model: Model, log: LogStore) {
    this.#model = model;
    this.#log = log;
  }

  /** @throws RefoldError `LOG_CORRUPT`, `MODEL_MISMATCH` as `store.events` does */
  read(commit: Commit): Promise<CommitEvents> {
    return new Promise((resolve, reject) => {
      this.#questions.push({ commit, resolve, reject });
      if (this.#isReading) return;
      this.#isReading = true;
      void this.#answerAll();
    });
  }

  async #answerAll(): Promise<void> {
    await nextTurn(); // the questions of this turn are answered together
    while (this.#questions.length > 0) {
      const questions = this.#questions.sort((a, b) => a.commit.firstSequence - b.commit.firstSequence);
      this.#questions = [];
      let decoded: Decoded | undefined;
      for (const { commit, resolve, reject } of questions) {
        try {
          if (decoded === undefined || decoded.lastSequence < commit.firstSequence) {
            decoded = await this.#decode(commit.firstSequence);
          }
          resolve(await this.#eventsOf(commit, decoded));
        } catch (error) {
          if (isRefoldError(error, 'HISTORY_GONE')) resolve(undefined);
          else reject(error);
        }
      }
    }
    this.#isReading = false;
  }

  async #decode(sequence: number): Promise<Decoded | undefined> {
    for await (const block of this.#log.read({ from: sequence, to: sequence })) {
      return { lastSequence: block.lastSequence, events: decodeBlock(block).events };
    }
    return undefined;
  }

  async #eventsOf({ firstSequence, lastSequence }: Commit, decoded: Decoded | undefined): Promise<CommitEvents> {
    if (decoded === undefined) return undefined;
    const rules = await upcastRulesOf(this.#model, this.#log);
    const events = decoded.events.filter(({ sequence }) => sequence >= firstSequence && sequence <= lastSequence);
    return Object.freeze(events.flatMap((event) => this.#prepare(event, rules)));
  }

  #prepare(event: RecordedEvent, rules: UpcastRules): readonly RecordedEvent[] {
    const present = listed(guardOf(this.#log).run(() => upcastEvent(this.#model, event, rules)));
    for (const { data, meta } of present) {
      freezeJson(data);
      freezeJson(meta);
    }
    return present.map((one) => Object.freeze(one));
  }
}
