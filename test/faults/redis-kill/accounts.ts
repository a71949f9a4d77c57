/**
 * What an oracle outside of the server knows: what each writer issued and heard, and what was taken from each pool.
 *
 * Judges are pure: they compare what was found after a restart with what must be there.
 */
import { isDeepStrictEqual } from 'node:util';
import { emptyHoldings, type Holdings, type Step } from './steps.ts';

/** Holdings as they were read, with the times between which they were read, in ms since the epoch. */
export interface Found {
  readonly holdings: Holdings;
  readonly from: number;
  readonly until: number;
}

export class WriterAccount {
  readonly #writer: number;
  /** What the keys held when they were judged last. */
  #holdings: Holdings = emptyHoldings();
  /** The last step issued before that. */
  #start = 0;
  /** Steps issued since then. */
  #issued: Step[] = [];
  /** The last step that was acknowledged, and the last that any output has shown. */
  #acknowledged = 0;
  #shown = 0;
  #shownBy = '';

  constructor(writer: number) {
    this.#writer = writer;
  }

  get issued(): readonly Step[] {
    return this.#issued;
  }

  issue(step: Step): void {
    this.#issued.push(step);
  }

  acknowledge(number: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, number);
  }

  /** An output of the server has shown the text of a step. */
  show(number: number, by: string): void {
    if (number <= this.#shown) return;
    this.#shown = number;
    this.#shownBy = by;
  }

  wasAcknowledged(number: number): boolean {
    return number <= this.#acknowledged;
  }

  /** Violations, and the last step that the server has kept. Judging starts again from what was found. */
  judge(found: Found): { readonly violations: readonly string[]; readonly kept: number } {
    const holdings = this.#holdings;
    const before = structuredClone(holdings);
    // Every prefix of the issued steps that has all acknowledged ones is right. The longest that fits counts.
    let kept = this.#acknowledged <= this.#start && fits(holdings, found) ? this.#start : undefined;
    for (const step of this.#issued) {
      step.apply(holdings);
      if (step.number >= this.#acknowledged && fits(holdings, found)) kept = step.number;
    }
    const violations = this.#violations(kept, before, found);
    this.#holdings = found.holdings;
    this.#start = this.#issued.at(-1)?.number ?? this.#start;
    this.#issued = [];
    return { violations, kept: kept ?? this.#start };
  }

  #violations(kept: number | undefined, before: Holdings, found: Found): string[] {
    const writer = `writer ${this.#writer}`;
    if (kept === undefined) {
      const steps = this.#issued.map(({ number, commands }) => `${number} ${JSON.stringify(commands)}`);
      return [
        `I1/I3: ${writer}: no prefix of its steps with the acknowledged ones (to ${this.#acknowledged}) leaves what is there: ` +
          `${text(found.holdings)}; before: ${text(before)}; steps: ${steps.join(' ').slice(0, 2_000)}`,
      ];
    }
    if (this.#shown > Math.max(kept, this.#start)) {
      return [`${writer}: ${this.#shownBy} showed step ${this.#shown}, and the server kept its steps to ${kept}`];
    }
    return [];
  }
}

/** Whether these holdings are what was found. A text may be there or not while its time comes. */
function fits(expected: Holdings, { holdings, from, until }: Found): boolean {
  const { expiring, ...rest } = expected;
  const { expiring: foundExpiring, ...foundRest } = holdings;
  if (!isDeepStrictEqual(rest, foundRest)) return false;
  const keys = new Set([...expiring.keys(), ...foundExpiring.keys()]);
  return [...keys].every((key) => {
    const [should, is] = [expiring.get(key), foundExpiring.get(key)];
    if (is === undefined) return should === undefined || should.at <= until;
    return should !== undefined && should.at > from && isDeepStrictEqual(should, is);
  });
}

function text(holdings: Holdings): string {
  return JSON.stringify(holdings, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value)).slice(
    0,
    1_500,
  );
}

export class PoolAccount {
  readonly #name: string;
  /** Texts whose steps were issued, and those of them that are not known to be there any more. */
  readonly #offered = new Set<string>();
  readonly #taken = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  offer(text: string): void {
    this.#offered.add(text);
  }

  /** A client has got it. Returns a violation when one had got it before. */
  take(text: string): string | undefined {
    if (this.#taken.has(text)) return `pool ${this.#name}: ${text} was given out twice`;
    this.#taken.add(text);
    return undefined;
  }

  /**
   * @param present what is in the pool after the restart
   * @param wasAcknowledged whether the step of a text was acknowledged
   * @param wasKept whether the step of a text is among those that the server has kept
   * @param unheard how many clients were waiting for a reply: each may have taken a text without a word
   */
  judge(
    present: ReadonlySet<string>,
    wasAcknowledged: (text: string) => boolean,
    wasKept: (text: string) => boolean,
    unheard: number,
  ): string[] {
    const back = [...present].filter((text) => this.#taken.has(text));
    const strange = [...present].filter((text) => !this.#offered.has(text) || !wasKept(text));
    const missing = [...this.#offered].filter((text) => !present.has(text) && !this.#taken.has(text));
    const lost = missing.filter(wasAcknowledged);
    for (const text of missing) this.#offered.delete(text);
    return [
      ...(back.length > 0 ? [`I1: pool ${this.#name}: a client had taken ${told(back)}, and it is there again`] : []),
      ...(strange.length > 0 ? [`I2: pool ${this.#name}: it holds ${told(strange)} of steps that were not kept`] : []),
      ...(lost.length > unheard
        ? [`I1: pool ${this.#name}: ${lost.length} texts are gone (${told(lost)}), and ${unheard} clients were waiting`]
        : []),
    ];
  }

  /**
   * The same for a stream that a group reads. Here `take` means that the entry was delivered. Judging starts again without
   * entries.
   *
   * @param pending the entries that are delivered and not acknowledged to the group
   * @param acknowledged the texts whose XACK was answered. The one XACK on its way may have been carried out as well
   */
  judgeStream(
    present: ReadonlySet<string>,
    pending: ReadonlySet<string>,
    acknowledged: ReadonlySet<string>,
    wasAcknowledged: (text: string) => boolean,
    wasKept: (text: string) => boolean,
  ): string[] {
    const lost = [...this.#offered].filter((text) => !present.has(text) && wasAcknowledged(text));
    const strange = [...present].filter((text) => !this.#offered.has(text) || !wasKept(text));
    const undelivered = [...this.#taken].filter((text) => !pending.has(text) && !acknowledged.has(text));
    const back = [...acknowledged].filter((text) => pending.has(text));
    this.#offered.clear();
    this.#taken.clear();
    return [
      ...(lost.length > 0 ? [`I1: the stream has lost ${told(lost)}`] : []),
      ...(strange.length > 0 ? [`I2: the stream holds ${told(strange)} of steps that were not kept`] : []),
      ...(undelivered.length > 1 ? [`I1: the stream has forgotten that it delivered ${told(undelivered)}`] : []),
      ...(back.length > 0 ? [`I1: acknowledged to the group, and pending again: ${told(back)}`] : []),
    ];
  }
}

function told(texts: readonly string[]): string {
  return texts.slice(0, 5).join(', ');
}
