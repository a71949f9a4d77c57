/**
 * A log in memory: the whole contract of `LogStore`, with data that lives as long as its contents are held.
 *
 * For tests, and for stores opened at `:memory:`. It keeps blocks in the same form as a file (checksums, chain, open
 * and sealed payloads), so code that works with it works with a file. Nothing here survives the process.
 */
import { RefoldError } from '../core/errors.ts';
import { isParts } from '../core/parts.ts';
import { EMPTY_CHAIN, type StoredBlock } from './blocks/chain.ts';
import type { FillOptions, LogFilling } from './copying/log-copying.ts';
import { MemoryFilling } from './copying/memory-filling.ts';
import { placeTaken } from './copying/unfinished.ts';
import { Bell } from './following.ts';
import type { LogWriter } from './log-care.ts';
import { logInUse, requireDurability, turnsRefused } from './log-errors.ts';
import type { RedactionRow } from './log-redaction.ts';
import type { LogSource, OpenLogOptions } from './log-source.ts';
import type { Durability, LogHead, LogStore, ReactorRow, SnapshotInfo, StoredOutcome } from './log-store.ts';
import type { Writers } from './log-turn.ts';
import { MemoryLogStore } from './memory-log-store.ts';
import { membersOf } from './memory-members.ts';
import type { OutcomeBounds } from './outcomes.ts';

export interface MemoryLogOptions {
  /** Accepted for symmetry, without effect: there is no disk. */
  readonly durability?: Durability;
  /** Opens what another log in memory holds; default is an empty one. */
  readonly contents?: MemoryContents;
}

interface StoredSnapshot {
  readonly info: SnapshotInfo;
  readonly chunks: { readonly bytes: Uint8Array; readonly checksum: number }[];
}

/**
 * What a log in memory holds, and a source of it: `openStore(model, { log: contents })` opens the same log again. Only this
 * thread has it.
 */
export class MemoryContents implements LogSource {
  readonly name: string = ':memory:';
  readonly blocks: StoredBlock[] = [];
  readonly outcomes: Map<string, StoredOutcome> = new Map();
  readonly snapshots: StoredSnapshot[] = [];
  readonly checkpoints: Map<string, number> = new Map();
  readonly reactors: Map<string, ReactorRow> = new Map();
  readonly meta: Map<string, string> = new Map();
  readonly redactions: RedactionRow[] = [];
  readonly bell: Bell = new Bell();
  head: LogHead = { sequence: 0, recordedAt: 0, chain: EMPTY_CHAIN };
  /** The end of what was dropped. */
  trimmed: { readonly through: number; readonly chain: string } = { through: 0, chain: EMPTY_CHAIN };
  epoch = 0;
  /** The newest writer, until it is closed. */
  writer: LogWriter | undefined;

  /**
   * Opens the log. A writer replaces the one before it, unless it is asked to wait. `durability` is checked but has no effect:
   * there is no disk.
   *
   * @throws RefoldError `INVALID_OPTION`; `LOG_LOCKED` with `waitForLock`, while another writer is open, and while it is written in
   * the other way: by one, or in turns
   */
  async open(options: OpenLogOptions = {}): Promise<LogStore> {
    const { durability = 'always', readOnly = false, remember, waitForLock, writers } = openOptionsOf(options);
    requireDurability(durability);
    if (writers === 'many' && readOnly) throw turnsRefused(this.name, 'it is opened read-only');
    const isPatient = waitForLock !== undefined || writers === 'many';
    const isInUse = writers === 'many' ? false : membersOf(this).areThere;
    if (!readOnly && (isInUse || (isPatient && this.writer !== undefined))) throw logInUse(this.name);
    return new MemoryLogStore(this, readOnly, remember, writers === 'many' ? membersOf(this).join() : undefined);
  }

  /** Opens the log to be filled with a copy of another one. @throws RefoldError `INVALID_OPTION` when it holds something */
  async fill({ of }: FillOptions): Promise<LogFilling> {
    const filling = new MemoryFilling(this);
    const isNew = this.head.sequence === 0 && this.meta.size === 0 && this.outcomes.size === 0;
    if (!isNew && filling.found?.of !== of) throw placeTaken(this.name, filling.found);
    return filling;
  }
}

/**
 * Opens a log in memory. With the contents of another log, this one becomes the writer, and the other's writes are
 * refused.
 */
export function openMemoryLog(options: MemoryLogOptions = {}): LogStore {
  const contents = contentsOf(options);
  if (contents !== undefined) return new MemoryLogStore(contents, false);
  throw new RefoldError('INVALID_OPTION', 'Cannot open a log in memory: its options are { contents?, durability? }', {
    type: 'contents',
    hint: 'Give contents as new MemoryContents() made them, or nothing',
  });
}

/** Undefined when the options are invalid. */
function contentsOf(options: unknown): MemoryContents | undefined {
  try {
    if (!isParts(options)) return undefined;
    for (const name in options) if (name !== 'contents' && name !== 'durability') return undefined;
    const { contents = new MemoryContents() } = options;
    return contents instanceof MemoryContents ? contents : undefined;
  } catch {
    return undefined; // a getter or a proxy
  }
}

const OPEN_OPTIONS: ReadonlySet<string> = new Set([
  'durability',
  'readOnly',
  'remember',
  'waitForLock',
  'signal',
  'writers',
]);

function openOptionsOf(options: unknown): OpenLogOptions {
  try {
    if (isParts(options)) {
      const { durability, readOnly, remember, waitForLock, writers } = options;
      let areKnown = true;
      for (const name in options) areKnown &&= OPEN_OPTIONS.has(name); // inherited ones too
      areKnown &&= writers === undefined || writers === 'one' || writers === 'many';
      if (areKnown && (readOnly === undefined || typeof readOnly === 'boolean')) {
        const given = {
          durability: durability as Durability | undefined,
          waitForLock: waitForLock as number | undefined,
          writers: writers as Writers | undefined,
        };
        return { ...given, readOnly, remember: remember as OutcomeBounds };
      }
    }
  } catch {
    // a getter or a proxy
  }
  throw new RefoldError(
    'INVALID_OPTION',
    'Cannot open a log in memory: its options are { durability?, readOnly?, remember?, waitForLock?, signal?, writers? }, readOnly is true or false, and writers is one or many',
    { type: 'options', hint: 'Give { readOnly: true } to read, or nothing to write' },
  );
}
