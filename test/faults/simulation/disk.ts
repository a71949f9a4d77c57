/**
 * A disk that distinguishes *written* from *durable* data, and keeps its own account of the commits on it.
 *
 * Operations become durable in the order in which they were written, as in one journalled file. A power cut
 * keeps everything that was synced and any prefix of the later operations.
 */
import type { QueuedCommit } from '../../../src/log/log-store.ts';
import { MemoryContents } from '../../../src/log/memory.ts';
import type { Chance } from '../judging/chance.ts';

/** One commit as the log received it, in the disk's own account. */
export interface WrittenCommit {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly recordedAt: number;
  /** `[[type, version, data], …]` */
  readonly events: readonly (readonly [type: string, version: number, data: any])[];
}

interface Image {
  readonly contents: MemoryContents;
  readonly commits: number;
}

export class Disk {
  /** The log that a process sees. */
  written = new MemoryContents();
  /** The commits that were written and not lost. */
  readonly commits: WrittenCommit[] = [];
  /** The first entry is durable. Each later one follows an operation that is only written. */
  #images: Image[] = [{ contents: new MemoryContents(), commits: 0 }];
  #damaged: number | undefined;

  get durable(): MemoryContents {
    return this.#images[0]!.contents;
  }

  get lastSequence(): number {
    return this.commits.at(-1)?.lastSequence ?? 0;
  }

  /** Whether everything written is durable. */
  get isSynced(): boolean {
    return this.#images.length === 1;
  }

  /** A commit that an append put into the log. */
  note({ recordedAt, json }: QueuedCommit): void {
    const events = JSON.parse(json);
    const firstSequence = this.lastSequence + 1;
    this.commits.push({ firstSequence, lastSequence: firstSequence + events.length - 1, recordedAt, events });
  }

  /** Ends an operation: from now on a power cut may keep it. */
  mark(): void {
    this.#images.push({ contents: copyOf(this.written), commits: this.commits.length });
  }

  sync(): void {
    this.#images.splice(0, this.#images.length - 1);
  }

  /** Cuts the power: the synced operations and some prefix of the others remain. */
  cutPower(chance: Chance): void {
    const last = this.#images.length - 1;
    const kept = chance.hit(0.4) ? 0 : chance.hit(0.4) ? last : chance.below(last + 1);
    const image = this.#images[kept]!;
    this.#images = [image];
    this.written = copyOf(image.contents);
    this.commits.length = image.commits;
  }

  /** Flips a byte of the model's newest snapshot, unless a snapshot is damaged already. Returns whether it did. */
  damageNewestSnapshot(chance: Chance): boolean {
    const { snapshots } = this.written;
    const models = snapshots.filter(({ info }) => info.owner === '');
    const damaged = models.find(({ info }) => info.sequence === this.#damaged);
    const newest = models.reduce((a, b) => (b.info.sequence > a.info.sequence ? b : a), models[0]!);
    if (damaged !== undefined || models.length < 2 || newest === undefined) return false;
    const chunks = newest.chunks.map(({ bytes, checksum }) => ({ bytes: Uint8Array.from(bytes), checksum }));
    const { bytes } = chunks[chance.below(chunks.length)]!;
    bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
    snapshots[snapshots.indexOf(newest)] = { ...newest, chunks };
    this.#damaged = newest.info.sequence;
    this.mark();
    this.sync();
    return true;
  }

  get hasDamage(): boolean {
    return this.written.snapshots.some(({ info }) => info.owner === '' && info.sequence === this.#damaged);
  }
}

function copyOf(contents: MemoryContents): MemoryContents {
  const copy = new MemoryContents();
  copy.blocks.push(...contents.blocks);
  copy.snapshots.push(...contents.snapshots);
  for (const [id, outcome] of contents.outcomes) copy.outcomes.set(id, outcome);
  for (const [name, sequence] of contents.checkpoints) copy.checkpoints.set(name, sequence);
  for (const [key, value] of contents.meta) copy.meta.set(key, value);
  copy.head = contents.head;
  copy.trimmed = contents.trimmed;
  copy.epoch = contents.epoch;
  return copy;
}
