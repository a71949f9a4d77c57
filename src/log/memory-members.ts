/** The members of a log in memory, which write it in turns; and a turn. The member that joined first is the keeper. */
import { Mutex } from '../threads/mutex.ts';
import { nextBlock } from './blocks/next-block.ts';
import type { StoredOutcome } from './log-store.ts';
import { type LogKeeping, TURN_TAIL_BYTES, type TurnEnding, type TurnRequest } from './log-turn.ts';
import type { MemoryContents } from './memory.ts';
import { type OutcomeBounds, rememberOutcomes } from './outcomes.ts';

export class MemoryMember implements LogKeeping {
  readonly #listeners: ((isKeeper: boolean) => void)[] = [];
  /** The keeper's epoch; undefined for the other members. */
  epoch: number | undefined;

  get isKeeper(): boolean {
    return this.epoch !== undefined;
  }

  onChange(listener: (isKeeper: boolean) => void): void {
    this.#listeners.push(listener);
  }

  /** Becomes the keeper. */
  keep(epoch: number): void {
    this.epoch = epoch;
    for (const listener of this.#listeners) listener(true);
  }
}

class MemoryMembers {
  readonly turns: Mutex = new Mutex();
  readonly #contents: MemoryContents;
  readonly #members: MemoryMember[] = [];

  constructor(contents: MemoryContents) {
    this.#contents = contents;
  }

  get areThere(): boolean {
    return this.#members.length > 0;
  }

  join(): MemoryMember {
    const member = new MemoryMember();
    if (this.#members.push(member) === 1) this.#keep();
    return member;
  }

  leave(member: MemoryMember): void {
    const wasKeeper = this.#members[0] === member;
    const place = this.#members.indexOf(member);
    if (place >= 0) this.#members.splice(place, 1);
    if (wasKeeper && this.areThere) this.#keep();
  }

  #keep(): void {
    this.#contents.epoch += 1;
    this.#members[0]!.keep(this.#contents.epoch);
  }
}

/** One turn. Nothing waits in it, so no other begins before it ends. */
export function takeTurn(
  contents: MemoryContents,
  { after, commandIds, decide }: TurnRequest,
  bounds: OutcomeBounds,
): TurnEnding {
  const tail = contents.blocks.filter((block) => block.lastSequence > after);
  if (tail.reduce((sum, { bytes }) => sum + bytes, 0) > TURN_TAIL_BYTES) return 'behind';
  const outcomes = new Map<string, StoredOutcome>();
  for (const id of commandIds) {
    const outcome = contents.outcomes.get(id);
    if (outcome !== undefined) outcomes.set(id, outcome);
  }
  const given = decide({ head: contents.head, tail, outcomes, generation: contents.redactions.length });
  if (given.commits.length > 0) {
    const { block, head } = nextBlock(contents.head, given.commits);
    contents.blocks.push(block);
    contents.head = head;
  }
  rememberOutcomes(contents.outcomes, given.outcomes, bounds);
  contents.bell.ring();
  return 'done';
}

const joined = new WeakMap<MemoryContents, MemoryMembers>();

/** Those who write a log in memory in turns. */
export function membersOf(contents: MemoryContents): MemoryMembers {
  const members = joined.get(contents) ?? new MemoryMembers(contents);
  joined.set(contents, members);
  return members;
}
