/**
 * Calls with a `commandId`, each of which is done once: a later call with the same id and the same input gets the answer of
 * the earlier one. The same id with another input is refused.
 *
 * A call is *pending* from when it is accepted until its outcome is durable. From then on the log knows the outcome.
 */
import type { LogStore, StoredOutcome } from '../../log/log-store.ts';
import type { Answers } from './answers.ts';
import type { Desk } from './deciding.ts';
import type { InputDigest } from './outcomes/input-digest.ts';
import { commandIdReused, parseOutcome } from './outcomes/outcome.ts';
import type { Wish } from './wishes.ts';

/** What a later call is compared by. */
type Asked = Pick<Wish, 'digest'>;

interface Pending {
  /** Undefined when its input was refused; the log may still know the id. */
  readonly input: InputDigest | undefined;
  readonly written: Promise<unknown>;
}

export class EarlierCalls {
  readonly #desk: Desk;
  readonly #pending = new Map<string, Pending>();

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  /** From now on the call is pending. */
  begin(commandId: string, input: InputDigest | undefined, written: Promise<unknown>): void {
    this.#pending.set(commandId, { input, written });
  }

  /** Its outcome is durable, or it was refused. */
  forget(commandId: string): void {
    this.#pending.delete(commandId);
  }

  /** The log has failed: no outcome will become durable. */
  forgetAll(): void {
    this.#pending.clear();
  }

  /**
   * The answer that the pending call with this id will get; undefined when there is no such call.
   *
   * @throws RefoldError `COMMAND_ID_REUSED` when that call asked for something else
   */
  pendingAnswer<Answer>(asked: Asked, commandId: string, answers: Answers<Answer>): Promise<Answer> | undefined {
    const pending = this.#pending.get(commandId);
    if (pending === undefined) return undefined;
    const isSame = asked.digest(this.#desk) === pending.input;
    if (!isSame) throw commandIdReused(answers.action, commandId);
    return answers.shared(pending.written as Promise<Answer>);
  }

  /**
   * The answer from an outcome that the log remembers.
   *
   * @throws RefoldError `COMMAND_ID_REUSED` when it is the outcome of another call
   */
  answerAgain<Answer>(asked: Asked, stored: StoredOutcome, answers: Answers<Answer>): Answer | Promise<Answer> {
    const remembered = parseOutcome(stored);
    const isSame = remembered.input === undefined || remembered.input === asked.digest(this.#desk);
    const answer = isSame ? answers.remembered(remembered) : undefined;
    if (answer === undefined) throw commandIdReused(answers.action, stored.commandId);
    return answer;
  }
}

type Found = ReturnType<LogStore['outcome']>;

/** Whether the log looks up the outcome asynchronously. */
export function isLooking(found: Found): found is Exclude<Found, StoredOutcome | undefined> {
  return found !== undefined && 'then' in found;
}
