/** Judges what tellers have printed: one process folds the log, and must arrive at every answer. */
import * as refold from '../../../src/index.ts';
import type { LogSource } from '../../../src/log/log-source.ts';
import { amountOf, bankOf, isUnlucky, type Told } from './bank.ts';

interface Printed {
  readonly id?: string;
  readonly status?: 'accepted' | 'rejected';
  readonly commit?: { readonly firstSequence: number };
  readonly result?: Told;
  readonly data?: Told;
  readonly sequence?: number;
  readonly hash?: string;
}

export interface Verdict {
  readonly wrong: readonly string[];
  /** Ids with an answer. */
  readonly ids: number;
  readonly rejections: number;
  readonly events: number;
}

/** @param log opened read-only */
export async function judge(log: LogSource, lines: readonly string[]): Promise<Verdict> {
  await using store = await refold.openStore(bankOf(refold), { log, readOnly: true });
  const totals = [0];
  const places = new Map<string, number>();
  const wrong: string[] = [];
  for await (const { sequence, data } of store.events()) {
    totals[sequence] = totals[sequence - 1]! + data.amount;
    if (places.has(data.id)) wrong.push(`${data.id} is decided at ${places.get(data.id)} and at ${sequence}`);
    places.set(data.id, sequence);
  }
  const answers = new Map<string, string>();
  let rejections = 0;
  for (const line of lines) {
    const printed = JSON.parse(line) as Printed;
    if (printed.hash !== undefined) {
      if (!(await hasHash(store, printed))) wrong.push(`the state at ${printed.sequence} was another one`);
      continue;
    }
    const { id, status, commit, result, data } = printed as Printed & { readonly id: string };
    const { sequence, total } = (status === 'accepted' ? result : data)!;
    const place = places.get(id);
    const isRight =
      totals[sequence] === total &&
      (status === 'accepted'
        ? place === sequence + 1 && commit?.firstSequence === place && !isUnlucky(total, amountOf(id))
        : place === undefined && isUnlucky(total, amountOf(id)));
    if (!isRight) wrong.push(`${line} with ${id} at ${place} and the total ${totals[sequence]}`);
    const answer = `${status} ${sequence} ${total}`;
    if ((answers.get(id) ?? answer) !== answer) wrong.push(`${id} was answered as ${answers.get(id)} and ${answer}`);
    if (!answers.has(id) && status === 'rejected') rejections += 1;
    answers.set(id, answer);
  }
  return { wrong, ids: answers.size, rejections, events: places.size };
}

async function hasHash(
  store: { at(position: { readonly sequence: number }): Promise<{ readonly state: object }> },
  { sequence, hash }: Printed,
): Promise<boolean> {
  return refold.hashState((await store.at({ sequence: sequence! })).state) === hash;
}
