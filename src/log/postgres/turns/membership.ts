/**
 * A member of a log in PostgreSQL. Its row says until when it counts, by the server's clock; it renews the row as long as it is open.
 * One member at a time is the keeper: it has the lease, as the one writer of another log has. A member that finds the lease ended takes it.
 */
import { randomBytes } from 'node:crypto';
import { isRefoldError, type RefoldError } from '../../../core/errors.ts';
import { throwIfAborted } from '../../../threads/aborted.ts';
import { later, pause, performance } from '../../../threads/timers.ts';
import { noTurns } from '../../log-errors.ts';
import type { LogKeeping } from '../../log-turn.ts';
import { useFor } from '../server/connections.ts';
import { bytesOf } from '../tables/rows.ts';
import { endLease, type LeasePlace, type TakenLease } from './lease.ts';
import type { TurnStatements } from './turn-statements.ts';

/** A member looks at least so often whether there is a keeper. */
const LONGEST_MEMBER_REST_MS = 1_000;

/** What a keeper writes with, until another one takes over. */
export interface Keeper<Writer> {
  readonly writer: Writer;
  /** Ends it so that another one need not wait. */
  readonly giveBack: () => Promise<void>;
  /** Calls back once when another keeper has taken over, or the log has lost its end. */
  readonly onLost: (listener: (cause: RefoldError) => void) => void;
}

export interface MembershipParts {
  readonly place: LeasePlace;
  readonly statements: TurnStatements;
  /** Takes the lease if it has ended. */
  readonly take: () => Promise<TakenLease | undefined>;
  /** Why the log cannot be opened now. */
  readonly locked: () => Promise<RefoldError>;
}

export class Membership<Writer> implements LogKeeping {
  readonly #parts: MembershipParts;
  readonly #member = randomBytes(16);
  readonly #listeners: ((isKeeper: boolean) => void)[] = [];
  #joined: { readonly log: number; readonly id: string; readonly until: string } | undefined;
  #keeper: Keeper<Writer> | undefined;
  #keep: ((taken: TakenLease) => Promise<Keeper<Writer>>) | undefined;
  #ticking: Promise<void> = Promise.resolve();
  #takeBack: () => void = () => {};
  #isLeft = false;
  #lost: RefoldError | undefined;
  #lostListener: ((cause: RefoldError) => void) | undefined;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
  }

  get isKeeper(): boolean {
    return this.#keeper !== undefined;
  }

  get writer(): Writer | undefined {
    return this.#keeper?.writer;
  }

  get log(): number {
    return this.#joined!.log;
  }

  get id(): string {
    return this.#joined!.id;
  }

  onChange(listener: (isKeeper: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Calls back once when the log is not written in turns any more, or has lost its end. */
  onLost(listener: (cause: RefoldError) => void): void {
    if (this.#lost === undefined) this.#lostListener = listener;
    else listener(this.#lost);
  }

  /** @throws RefoldError `LOG_LOCKED` when one process writes the log, and does not end within `waitForLock` ms */
  async join(waitForLock = 0, signal?: AbortSignal): Promise<void> {
    for (const end = performance.now() + waitForLock; ; ) {
      throwIfAborted(signal);
      if (await this.#tryToJoin()) return;
      const rest = end - performance.now();
      if (rest <= 0) throw await this.#parts.locked();
      await pause(Math.min(rest, 100));
    }
  }

  /** @param keep makes what a keeper writes with */
  onTaken(keep: (taken: TakenLease) => Promise<Keeper<Writer>>): void {
    this.#keep = keep;
  }

  /** Becomes the keeper if there is no other one, and begins to renew its row. Call this once everything is ready for it. */
  async begin(): Promise<void> {
    await this.#becomeKeeper();
    this.#tickLater();
  }

  async #tryToJoin(): Promise<boolean> {
    const { place, statements } = this.#parts;
    const { connections, name, lease } = place;
    const [row] = await connections.ask(useFor('write', 0), {
      text: statements.join,
      values: [bytesOf(name), this.#member, lease],
    });
    if (row === undefined) return false;
    const [log, id, until] = row as readonly [number, string, string];
    this.#joined = { log, id, until };
    return true;
  }

  #tickLater(): void {
    if (this.#isLeft || this.#lost !== undefined) return;
    const { lease } = this.#parts.place;
    this.#takeBack = later(Math.min(lease / 3, LONGEST_MEMBER_REST_MS), () => {
      this.#ticking = this.#tick();
    });
  }

  async #tick(): Promise<void> {
    const { place, statements } = this.#parts;
    try {
      const values = [this.log, this.#member, place.lease];
      const [row] = await place.connections.ask(useFor('read', this.log), {
        ...{ name: 'refold renew member', text: statements.renew, values },
      });
      const [isRenewed, writers, hasEnded] = row as readonly [boolean, string, boolean];
      if (writers !== 'many') this.#lose(noTurns(place.path));
      else if (!isRenewed) await this.#tryToJoin();
      if (hasEnded && this.#keeper === undefined) await this.#becomeKeeper();
    } catch {
      // asked again in time
    }
    this.#tickLater();
  }

  async #becomeKeeper(): Promise<void> {
    const taken = this.#isLeft || this.#lost !== undefined ? undefined : await this.#parts.take();
    if (taken === undefined) return;
    const keeper = await this.#keepWith(taken);
    this.#keeper = keeper;
    keeper.onLost((cause) => this.#keeperLost(keeper, cause));
    if (this.#keeper === keeper) this.#tell(true);
  }

  /** A member that cannot keep the log leaves that to another one. */
  async #keepWith(taken: TakenLease): Promise<Keeper<Writer>> {
    try {
      return await this.#keep!(taken);
    } catch (error) {
      await endLease(this.#parts.place, taken);
      throw error;
    }
  }

  #keeperLost(keeper: Keeper<Writer>, cause: RefoldError): void {
    if (this.#keeper !== keeper) return;
    this.#keeper = undefined;
    if (isRefoldError(cause, 'LOG_CORRUPT')) this.#lose(cause);
    this.#tell(false);
  }

  #tell(isKeeper: boolean): void {
    for (const listener of this.#listeners) listener(isKeeper);
  }

  #lose(cause: RefoldError): void {
    this.#lost ??= cause;
    this.#lostListener?.(this.#lost);
  }

  /** Ends its row, and the lease if it has it. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    this.#takeBack();
    await this.#ticking;
    await this.#keeper?.giveBack();
    const { place, statements } = this.#parts;
    await place.connections
      .ask(useFor('write', this.log), { text: statements.leave, values: [this.log, this.#member, this.#joined!.until] })
      .catch(() => {}); // it ends by itself
  }
}
