/** Reads a log in PostgreSQL: blocks in verified pages, headers, outcomes, snapshots and small rows. A lost connection is replaced. */
import type { SealCandidate } from '../blocks/sealing.ts';
import { isSound, readChunks } from '../blocks/snapshot-chunks.ts';
import { eventsMissing, historyGone } from '../log-errors.ts';
import type {
  Block,
  BlockHeader,
  BlockQuery,
  Checkpoint,
  ReactorRow,
  SnapshotInfo,
  StoredOutcome,
} from '../log-store.ts';
import { FOUND_PAGE_BLOCKS, type FoundPage, findInPage, foundBlocks } from '../paging/found-pages.ts';
import type { CommandIds } from '../paging/known-ids.ts';
import { type BlockPage, READ_PAGE_BLOCKS, READ_PAGE_BYTES, verifiedBlocks } from '../paging/verified-pages.ts';
import type { BlockEnd, KnownLog } from './known-log.ts';
import { OutcomeLookUps } from './outcomes/look-ups.ts';
import { type Connections, type Rows, useFor } from './server/connections.ts';
import { type Patience, patiently } from './server/patience.ts';
import { ConnectionLost } from './server/refusals.ts';
import { utf8Array } from './tables/array-values.ts';
import type { ReadName, ReadStatements } from './tables/read-statements.ts';
import {
  bytesOf,
  type LogState,
  type OutcomeRow,
  type SnapshotRow,
  soundOutcome,
  toBlock,
  toHeader,
  toListed,
  toOutcome,
  toSnapshot,
  toState,
} from './tables/rows.ts';

const HEADERS_A_PAGE = 1_000;
/** So many ends of blocks are known from the beginning. */
const ENDS_AT_OPEN = 512;

export class PostgresReader {
  readonly #connections: Connections;
  readonly #statements: ReadStatements;
  readonly #log: number;
  readonly #patience: Patience;
  /** Notices that what is read is not what was read before; absent while the log is opened. */
  readonly #known: KnownLog | undefined;
  readonly #lookUps = new OutcomeLookUps({
    ask: async (commandIds) => (await this.ask('outcomes', utf8Array(commandIds))).map(toOutcome),
    toSound: (row) => soundOutcome(row, this.#patience.path),
  });

  constructor(connections: Connections, statements: ReadStatements, log: number, patience: Patience, known?: KnownLog) {
    this.#connections = connections;
    this.#statements = statements;
    this.#log = log;
    this.#patience = patience;
    this.#known = known;
  }

  /** The same reader, beside what this process knows of the log. */
  beside(known: KnownLog): PostgresReader {
    return new PostgresReader(this.#connections, this.#statements, this.#log, this.#patience, known);
  }

  /** The same reader, which waits for the server for as long as it takes. */
  enduring(): PostgresReader {
    const patience = { ...this.#patience, within: Number.POSITIVE_INFINITY };
    return new PostgresReader(this.#connections, this.#statements, this.#log, patience, this.#known);
  }

  async state(): Promise<LogState> {
    return toState((await this.ask('state'))[0]!);
  }

  /** Where the last blocks end, in order. */
  async lastEnds(): Promise<readonly BlockEnd[]> {
    const rows = (await this.ask('lastEnds', ENDS_AT_OPEN)) as readonly (readonly [number, string])[];
    return rows.map(([sequence, chain]) => ({ sequence, chain })).reverse();
  }

  /** Blocks from the one that holds `from` to the one that holds `to`, verified; see `LogStore.read`. */
  async *read(from: number, to: number): AsyncGenerator<Block, void> {
    for await (const block of verifiedBlocks({ path: this.#patience.path, from, to }, (next) => this.#page(next, to))) {
      this.#known?.note(block.lastSequence, block.chain);
      yield block;
    }
  }

  async #page(next: number, to: number): Promise<BlockPage> {
    const rows = await patiently(() => this.#pageThere(next, to), this.#patience);
    const blocks = rows.map(toBlock);
    const startChain = rows[0]![7];
    const before = blocks[0]!.firstSequence - 1;
    if (typeof startChain !== 'string') throw eventsMissing(this.#patience.path, before);
    if (this.#known?.chainAt(before, startChain) === 'another') await this.#known.requireKept(this);
    return { startChain, blocks };
  }

  /** A page of the log, once it is there: a standby may be behind. @throws ConnectionLost when it is */
  async #pageThere(next: number, to: number): Promise<Rows> {
    const rows = await this.ask('page', next, to, READ_PAGE_BYTES, READ_PAGE_BLOCKS);
    if (rows.length > 0 && (rows[0]![1] as number) >= next) return rows;
    if (await this.isStandby()) throw new ConnectionLost('the server is a standby that is behind');
    throw await this.#absent(next);
  }

  async isStandby(): Promise<boolean> {
    return (await this.ask('isStandby'))[0]![0] as boolean;
  }

  /** Why no block holds a sequence: it was dropped, or its block is missing. */
  async #absent(sequence: number): Promise<Error> {
    const { path } = this.#patience;
    const [trimmed] = (await this.ask('trimmed'))[0] as readonly [number];
    return sequence <= trimmed ? historyGone(path, sequence, trimmed + 1) : eventsMissing(path, sequence);
  }

  /** The chain before the block that begins at a sequence. */
  async chainBefore(first: number): Promise<string> {
    const chain = (await this.ask('chainBefore', first))[0]![0];
    if (typeof chain !== 'string') throw eventsMissing(this.#patience.path, first - 1);
    return chain;
  }

  /**
   * The chain of the block that ends at a sequence; undefined where a sealed block holds it and ends later. An open block that ends
   * later was never joined with others: it is not one that ended there, and its chain differs.
   */
  async chainAt(sequence: number): Promise<string | undefined> {
    const [row] = await this.ask('ends', sequence, sequence, 1);
    return row?.[1] === sequence || row?.[3] === 'open' ? (row[2] as string) : undefined;
  }

  /** Blocks as they are stored, with the chain before the first: for sealing and redaction. */
  async run(first: number, last: number): Promise<BlockPage> {
    const rows = await this.ask('page', first, last, Number.MAX_SAFE_INTEGER, last - first + 1);
    const startChain = rows[0]?.[7];
    if (typeof startChain !== 'string') throw await this.#absent(first);
    return { startChain, blocks: rows.map(toBlock) };
  }

  async *headers(from: number): AsyncGenerator<BlockHeader, void> {
    for (let after = from - 1; ; ) {
      const rows = await this.ask('headersAfter', after, HEADERS_A_PAGE);
      for (const header of rows.map(toHeader)) {
        if (header.firstSequence > after) yield header; // otherwise sealed meanwhile
        after = Math.max(after, header.lastSequence);
      }
      if (rows.length < HEADERS_A_PAGE) return;
    }
  }

  /** What sealing plans with, from the block that begins at a sequence or later; fewer than a page at the end of the log. */
  async candidates(from: number): Promise<{ readonly page: readonly SealCandidate[]; readonly isLast: boolean }> {
    const rows = await this.ask('candidates', from, HEADERS_A_PAGE);
    const page = rows.map((row) => {
      const header = toHeader(row);
      const openBytes = row[5] as Buffer | null;
      return { ...header, openBytes: openBytes === null ? header.bytes : Number(openBytes.readBigUInt64LE(0)) };
    });
    return { page, isLast: rows.length < HEADERS_A_PAGE };
  }

  /** Headers of the blocks that a query asks for; see `LogStore.find`. */
  find(query: BlockQuery): AsyncIterable<BlockHeader> {
    return foundBlocks(query, (at) => this.#foundPage(query, at));
  }

  async #foundPage(query: BlockQuery, at: number): Promise<FoundPage> {
    const [name, end] =
      query.reverse === true ? (['listedDown', query.from] as const) : (['listed', query.to] as const);
    const rows = await this.ask(name, Math.max(1, at), end, FOUND_PAGE_BLOCKS);
    try {
      return findInPage(rows.map(toListed), query, at, (sequence) => new Absent(sequence));
    } catch (error) {
      throw error instanceof Absent ? await this.#absent(error.sequence) : error;
    }
  }

  async blockAt(time: number): Promise<BlockHeader | undefined> {
    const [row] = await this.ask('blockAt', Math.floor(time));
    return row && toHeader(row);
  }

  outcome(commandId: string): Promise<StoredOutcome | undefined> {
    return this.#lookUps.find(commandId);
  }

  /** Some outcomes after an ordinal, in the order in which they were written. They are not checked. */
  async outcomesAfter(ordinal: number, atMost: number): Promise<readonly OutcomeRow[]> {
    return (await this.ask('outcomesAfter', ordinal, atMost)).map(toOutcome);
  }

  /** Some ids after an ordinal, in the order of their outcomes. */
  async commandIds(ordinal: number, atMost: number): Promise<CommandIds<number>> {
    const rows = (await this.ask('commandIds', ordinal, atMost)) as readonly (readonly [number, Buffer])[];
    return { ids: rows.map(([, id]) => id.toString()), last: rows.at(-1)?.[0] };
  }

  async ordinals(): Promise<{ readonly first: number; readonly last: number; readonly oldestAt: number | null }> {
    const [first, last, oldestAt] = (await this.ask('ordinals'))[0] as readonly [number, number, number | null];
    return { first, last, oldestAt };
  }

  /** Newest first. A damaged header is skipped: it is unknown which state it leads to. */
  async snapshots(owner: string): Promise<readonly SnapshotRow[]> {
    return (await this.ask('snapshots', bytesOf(owner))).map(toSnapshot).filter(isSound);
  }

  async *readSnapshot({ owner, sequence }: SnapshotInfo): AsyncGenerator<Uint8Array, void> {
    const rows = (await this.ask('snapshots', bytesOf(owner))).map(toSnapshot);
    yield* this.chunksOf(
      sequence,
      rows.find((row) => row.sequence === sequence),
    );
  }

  /** The verified bytes of a snapshot. */
  chunksOf(sequence: number, header: SnapshotRow | undefined): AsyncGenerator<Uint8Array, void> {
    return readChunks({ path: this.#patience.path, sequence }, header, async (part) => {
      const [row] = await this.ask('chunk', header!.id, part);
      return row && { data: row[0] as Buffer, checksum: row[1] as number };
    });
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const rows = (await this.ask('checkpoints')) as readonly (readonly [Buffer, number])[];
    return rows.map(([projection, sequence]) => ({ projection: projection.toString(), sequence }));
  }

  async reactors(): Promise<readonly (ReactorRow & { readonly ordinal: number })[]> {
    const rows = (await this.ask('reactors')) as readonly (readonly [Buffer, number, string, number])[];
    return rows.map(([reactor, sequence, progress, ordinal]) => ({
      ...{ reactor: reactor.toString(), sequence, progress, ordinal },
    }));
  }

  async meta(key: string): Promise<string | undefined> {
    const [row] = await this.ask('meta', bytesOf(key));
    return row && (row[0] as Buffer).toString();
  }

  /** Asks one of the statements, once more where the connection was lost. */
  ask(name: ReadName, ...values: readonly unknown[]): Promise<Rows> {
    const question = { name: `refold ${name}`, text: this.#statements[name], values: [this.#log, ...values] };
    return patiently(() => this.#connections.ask(useFor('read', this.#log), question), this.#patience);
  }
}

/** No block of a page holds the sequence. */
class Absent extends Error {
  readonly sequence: number;

  constructor(sequence: number) {
    super(`no block holds ${sequence}`);
    this.sequence = sequence;
  }
}
