/**
 * Opens each distinct image once, and compares the result with the promises at each moment that
 * could have left this image.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { chanceOf } from '../judging/chance.ts';
import type { Ledger } from '../judging/ledger.ts';
import { type Answer, JudgePool } from '../judging/pool.ts';
import type { CutImage, Promised } from './images.ts';
import type { CutJob, CutVerdict, LedgerSetting } from './judge.ts';
import { LOG_NAME } from './names.ts';

/** One image in this many is also opened by the next writer … */
const WRITTEN_EACH = 16;
/** … one in this many is also compacted and verified … */
const KEPT_EACH = 64;
/** … and one in this many is opened by a writer in a real thread, as in an application. */
const THREADED_EACH = 1_000;
/** One image in this many gets a `-shm` file with random content. SQLite must not read it. */
const SHARED_MEMORY_EACH = 10;
const SHARED_MEMORY_BYTES = 32_768;

export class Jury {
  readonly violations: string[] = [];
  /** Images that had lost acknowledged commits. */
  lost = 0;
  #written = 0;
  #unfinished = 0;
  readonly #ledger: Ledger;
  readonly #folder: string;
  readonly #pool: JudgePool<CutJob, CutVerdict>;
  /** Verdicts by the image's hash. */
  readonly #verdicts = new Map<string, Promise<Answer<CutVerdict>>>();
  readonly #pending = new Set<Promise<void>>();
  readonly #refusals = new Map<string, number>();
  readonly #anything: Buffer;

  constructor(setting: LedgerSetting, ledger: Ledger, folder: string) {
    this.#ledger = ledger;
    this.#folder = folder;
    const chance = chanceOf(setting.seed, 0x54e);
    this.#anything = Buffer.from(Array.from({ length: SHARED_MEMORY_BYTES }, () => chance.below(256)));
    this.#pool = new JudgePool(new URL('./judge.ts', import.meta.url), setting);
  }

  /** Distinct images so far. */
  get images(): number {
    return this.#verdicts.size;
  }

  get summary(): string {
    const refused = [...this.#refusals].map(([what, count]) => `${count} × ${what}`).join(', ') || 'none';
    return (
      `${this.images} images, ${this.#written} of them written to; ${this.#unfinished} cut short in the making; ` +
      `refusals: ${refused}; with acknowledged commits missing: ${this.lost}`
    );
  }

  /** Accepts an image. Resolves when there is room for the next. */
  async hear(image: CutImage): Promise<void> {
    let verdict = this.#verdicts.get(image.hash);
    if (verdict === undefined) {
      await this.#pool.room();
      verdict = this.#pool.judge(this.#lay(image));
      this.#verdicts.set(image.hash, verdict);
      verdict.then((answer) => this.#count(answer));
    }
    const { promised, description } = image;
    const weighed = verdict.then((answer) => this.#weigh(answer, promised, description));
    this.#pending.add(weighed);
    weighed.finally(() => this.#pending.delete(weighed));
  }

  async finish(): Promise<void> {
    await Promise.all(this.#pending);
  }

  close(): void {
    this.#pool.close();
  }

  #lay({ files }: CutImage): CutJob {
    const number = this.#verdicts.size + 1;
    const folder = join(this.#folder, `image-${number}`);
    fs.mkdirSync(folder);
    for (const [name, content] of files) fs.writeFileSync(join(folder, name), content);
    if (number % SHARED_MEMORY_EACH === 0) fs.writeFileSync(join(folder, `${LOG_NAME}-shm`), this.#anything);
    return { folder, as: roleOf(number) };
  }

  #count(answer: Answer<CutVerdict>): void {
    if ('lost' in answer) return;
    const { read, written } = answer.result;
    if (written !== undefined) this.#written += 1;
    for (const { door, code } of [...read.refusals, ...(written?.refusals ?? [])]) {
      this.#refusals.set(`${code} at ${door}`, (this.#refusals.get(`${code} at ${door}`) ?? 0) + 1);
    }
  }

  #weigh(answer: Answer<CutVerdict>, promised: Promised, description: string): void {
    for (const violation of this.#violationsOf(answer, promised)) this.violations.push(`${violation} (${description})`);
  }

  *#violationsOf(answer: Answer<CutVerdict>, promised: Promised): Generator<string> {
    if ('lost' in answer) return yield answer.lost;
    const { read, written } = answer.result;
    yield* read.problems;
    yield* written?.problems ?? [];
    for (const { door, code, message } of written?.refusals ?? []) yield `${door} was refused: ${code}: ${message}`;
    const head = read.head ?? written?.head;
    if (read.head === undefined && promised.acknowledged === 0) this.#unfinished += 1;
    else for (const { door, code, message } of read.refusals) yield `${door} was refused: ${code}: ${message}`;
    if (head === undefined) return;
    yield* this.#outOfBounds(head, promised);
    if (written?.head !== undefined && written.head !== head) yield `read to ${head}, written from ${written.head}`;
  }

  *#outOfBounds(head: number, { acknowledged, issued, flushed }: Promised): Generator<string> {
    const least = this.#lastSequenceOf(acknowledged);
    const most = this.#lastSequenceOf(issued);
    const sure = this.#lastSequenceOf(flushed);
    if (head < sure) yield `I1: ${sure} was flushed, and the log ends at ${head}`;
    if (head < least) this.lost += 1;
    if (head < least) yield `I1: ${least} was acknowledged, and the log ends at ${head}`;
    if (head > most) yield `I2: only ${most} was issued, and the log ends at ${head}`;
  }

  #lastSequenceOf(commit: number): number {
    return commit === 0 ? 0 : this.#ledger.commit(commit).lastSequence;
  }
}

function roleOf(number: number): CutJob['as'] {
  if (number % THREADED_EACH === 0) return 'thread';
  if (number % KEPT_EACH === 0) return 'keeper';
  return number % WRITTEN_EACH === 0 ? 'writer' : 'reader';
}
