/** Asks what is different between two moments, and keeps the answer while the page moves on. */
import { batch, type Signal, signal } from '@preact/signals';
import type { DiffAnswer } from '../../../wire.ts';
import { getJson, problemOf, type StudioProblem } from '../../base/api.ts';
import { asJob } from '../../moment/job-stream.ts';
import { question } from '../../moment/place.ts';

/** Positions as a person types them. */
export interface Compared {
  readonly from: string;
  readonly to: string;
  /** Only this part of the state; empty for all of it. */
  readonly only: string;
  readonly limit: number;
  readonly state: 'running' | 'ended' | 'done' | 'failed';
  readonly answer?: DiffAnswer;
  readonly problem?: StudioProblem;
}

export const compared: Signal<Compared | undefined> = signal(undefined);

/** What stands in the two fields; undefined for the mark before, and here. */
export const fields: Signal<{ readonly from?: string; readonly to?: string }> = signal({});

/** How often was asked: what an older question still tells is dropped. */
let runs = 0;

/** Differences that are asked for at first, and at most. */
const LIMITS = { first: 200, most: 2_000 };

/** Compares two moments, and shows the answer at the right. */
export function showDiff(from: number, to: number): void {
  batch(() => {
    question.value = 'diff';
    fields.value = { from: String(from), to: String(to) };
  });
  void askDiff(String(from), String(to));
}

export async function askDiff(from: string, to: string, only = '', limit = LIMITS.first): Promise<void> {
  const mine = { from, to, only, limit };
  const run = ++runs;
  const before = compared.value;
  // More of the same: what is known stays in sight.
  const isSame = before?.from === from && before.to === to && before.only === only;
  compared.value = {
    ...mine,
    state: 'running',
    ...(isSame && before.answer !== undefined && { answer: before.answer }),
  };
  const end = (part: Partial<Compared>): void => {
    if (run === runs) compared.value = { ...compared.value!, ...part };
  };
  try {
    await asJob(async (signal) => {
      const asked = { from, to, limit, values: 'shown', ...(only !== '' && { only }) };
      end({ state: 'done', answer: await getJson<DiffAnswer>('diff', asked, signal) });
    });
  } catch (error) {
    const problem = problemOf(error);
    end(problem === undefined ? { state: 'ended' } : { state: 'failed', problem });
  }
}

export function askAll({ from, to, only }: Compared): void {
  void askDiff(from, to, only, LIMITS.most);
}

/** Whether there are differences that can still be asked for. */
export function hasMore({ limit, answer }: Compared): boolean {
  return answer !== undefined && limit < LIMITS.most && answer.changesInAll > answer.changes.length;
}
