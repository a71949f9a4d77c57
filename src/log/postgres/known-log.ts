/**
 * What this process knows of a log in PostgreSQL: where it begins and ends, and where its last blocks ended. All stores of one log in
 * one process share it, so a reader sees at once what a writer beside it has appended. What other processes do is found by polling.
 *
 * A log may lose its end: after a failover to a standby that was behind, or after a crash when it was not synced. Other events may
 * then take the place of the lost ones. So each chain that was seen is remembered for a while, and compared with the log.
 */
import { grouped, RefoldError } from '../../core/errors.ts';
import { Bell } from '../following.ts';
import type { PostgresReader } from './reading.ts';
import type { LogState } from './tables/rows.ts';

/** The end of a block that is in the log, or was. */
export interface BlockEnd {
  readonly sequence: number;
  readonly chain: string;
}

/** So many ends are remembered: more than a server loses. */
const ENDS_KEPT = 4_096;

export class KnownLog {
  static readonly #shared = new Map<string, KnownLog>();
  readonly bell: Bell = new Bell();
  readonly path: string;
  #state: LogState;
  /** In order. */
  #ends: BlockEnd[] = [];
  #users = 0;
  #lost: RefoldError | undefined;

  /**
   * @param path names the log and its database
   * @param ends of its last blocks, in order
   * @param isWriter the log cannot have grown since the state was read
   */
  static join(path: string, state: LogState, ends: readonly BlockEnd[], isWriter: boolean): KnownLog {
    let known = KnownLog.#shared.get(path);
    const isShorter = isWriter && known !== undefined && state.head.sequence < known.#state.head.sequence;
    if (known === undefined || known.#lost !== undefined || isShorter) {
      known = new KnownLog(path, state, ends); // stores that know a longer log find out by themselves
      KnownLog.#shared.set(path, known);
    }
    known.#users += 1;
    known.see(state);
    return known;
  }

  private constructor(path: string, state: LogState, ends: readonly BlockEnd[]) {
    this.path = path;
    this.#state = state;
    this.#ends = ends.filter(({ sequence }) => sequence < state.head.sequence);
    this.note(state.head.sequence, state.head.chain);
  }

  /** @throws RefoldError `LOG_CORRUPT` when the log has lost events that were in it */
  get state(): LogState {
    if (this.#lost !== undefined) throw this.#lost;
    return this.#state;
  }

  /** The state as last seen, whatever has happened since. */
  get last(): LogState {
    return this.#state;
  }

  /** Takes news. Older news, which was asked for before, changes nothing. */
  see(news: Partial<LogState>): void {
    const { head, trimmedThrough, epoch, redactions } = this.#state;
    const next = {
      head: news.head !== undefined && news.head.sequence > head.sequence ? news.head : head,
      trimmedThrough: Math.max(trimmedThrough, news.trimmedThrough ?? 0),
      epoch: Math.max(epoch, news.epoch ?? 0),
      redactions: Math.max(redactions, news.redactions ?? 0),
    };
    this.#state = next;
    if (next.head !== head) this.note(next.head.sequence, next.head.chain);
    if (next.head !== head || next.redactions !== redactions) this.bell.ring();
  }

  /** Remembers the end of a block that is in the log. */
  note(sequence: number, chain: string): void {
    const last = this.#ends.at(-1);
    if (last !== undefined && last.sequence >= sequence) this.#insert(sequence, chain);
    else this.#ends.push({ sequence, chain });
    if (this.#ends.length > 2 * ENDS_KEPT) this.#ends = this.#ends.slice(-ENDS_KEPT);
  }

  /** A follower reads blocks behind a head that is known already. */
  #insert(sequence: number, chain: string): void {
    const at = this.#ends.findLastIndex((end) => end.sequence <= sequence) + 1;
    if (at === 0 || this.#ends[at - 1]!.sequence === sequence) return;
    this.#ends.splice(at, 0, { sequence, chain });
  }

  /** Whether a chain is the one that was seen at a sequence. */
  chainAt(sequence: number, chain: string): 'same' | 'another' | 'unknown' {
    const end = this.#ends.findLast((known) => known.sequence <= sequence);
    if (end?.sequence !== sequence) return 'unknown';
    return end.chain === chain ? 'same' : 'another';
  }

  /**
   * Compares what was seen with the log. A standby that is not promoted yet proves nothing: it may still get what it lacks.
   *
   * @throws RefoldError `LOG_CORRUPT` with the first lost sequence
   */
  async requireKept(reader: PostgresReader): Promise<void> {
    if (this.#lost !== undefined) throw this.#lost;
    const ends = [...this.#ends]; // the log may grow while it is asked
    const [oldest, newest] = [ends[0]!.sequence, ends.at(-1)!.sequence];
    const { trimmedThrough, head } = await reader.state();
    const found = await reader.ask('ends', Math.max(1, oldest), newest, 2 * ENDS_KEPT);
    const blocks = found.map(([first, last, chain, encoding]) => ({
      ...{ first: first as number, last: last as number, chain: chain as string, encoding: encoding as string },
    }));
    const lost = firstLost(ends, blocks, { trimmedThrough, head });
    if (lost === undefined || (await reader.isStandby())) return;
    this.#lost ??= tailLost(this.path, lost, head.sequence, newest);
    this.bell.ring();
    throw this.#lost;
  }

  leave(): void {
    this.#users -= 1;
    if (this.#users === 0 && KnownLog.#shared.get(this.path) === this) KnownLog.#shared.delete(this.path);
  }
}

/** A block as the log has it now. */
interface PresentBlock {
  readonly first: number;
  readonly last: number;
  readonly chain: string;
  readonly encoding: string;
}

/**
 * The first sequence that was in the log and is not there now; undefined when all is kept.
 *
 * The chain of a block covers all before it, so the last end that is there now proves the ones before it. Ends inside of a sealed
 * block cannot be compared: they count as kept, because only blocks that were there for long are sealed.
 *
 * @param ends in order
 * @param blocks in order, at least those from the first to the last end
 */
export function firstLost(
  ends: readonly BlockEnd[],
  blocks: readonly PresentBlock[],
  { trimmedThrough, head }: Pick<LogState, 'trimmedThrough' | 'head'>,
): number | undefined {
  const byEnd = new Map(blocks.map((block) => [block.last, block]));
  const isKept = ({ sequence, chain }: BlockEnd): boolean => {
    if (sequence <= trimmedThrough) return true;
    const block = byEnd.get(sequence);
    if (block !== undefined) return block.chain === chain;
    return blocks.some(({ first, last, encoding }) => encoding === 'sealed' && first <= sequence && sequence < last);
  };
  const newest = ends.at(-1);
  if (newest === undefined || (newest.sequence === head.sequence && newest.chain === head.chain)) return undefined;
  const kept = ends.findLastIndex(isKept);
  if (kept === ends.length - 1) return undefined;
  return kept >= 0 ? ends[kept]!.sequence + 1 : Math.min(ends[0]!.sequence, head.sequence + 1);
}

function tailLost(path: string, first: number, end: number, known: number): RefoldError {
  const now = end < known ? `it ends at ${grouped(end)} now` : 'other events are there now';
  return new RefoldError(
    'LOG_CORRUPT',
    `Cannot go on with ${path}: it has lost its events from ${grouped(first)} to ${grouped(known)}, and ${now}`,
    {
      path,
      sequence: first,
      hint: 'The server was replaced by a standby that was behind, or has crashed without syncing. Open the log again to go on from its end',
    },
  );
}
