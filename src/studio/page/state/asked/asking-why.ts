/** Asks why a place is as it is, and keeps the answer while the page moves on. */
import { batch, type Signal, signal } from '@preact/signals';
import type { WhyLine } from '../../../wire.ts';
import { getLines, problemOf, type StudioProblem } from '../../base/api.ts';
import { asJob } from '../../moment/job-stream.ts';
import { at, question, selectedPath } from '../../moment/place.ts';

export type WhyChange = Extract<WhyLine, { readonly sequence: number }>;

/** What was asked, and what is known so far. */
export interface Explained {
  readonly path: string;
  /** The moment that it was asked for. */
  readonly at: number;
  /** Newest first. */
  readonly changes: readonly WhyChange[];
  readonly state: 'running' | 'ended' | 'done' | 'failed';
  /** While it runs: the part that was looked at, from 0 to 1. */
  readonly progress: number;
  /** The first event that was looked at; absent until the search ends. */
  readonly from?: number;
  /** Whether there are no older changes. */
  readonly isComplete: boolean;
  readonly problem?: StudioProblem;
}

export const explained: Signal<Explained | undefined> = signal(undefined);

/** How often was searched: what an older search still tells is dropped. */
let searches = 0;

/** Changes that are asked for at once. */
const WHY_LIMIT = 100;

/** Asks for the moment that is shown, and shows the answer at the right. */
export function askWhy(path: string): void {
  batch(() => {
    selectedPath.value = path;
    question.value = 'why';
  });
  explained.value = { path, at: at.value, changes: [], state: 'running', progress: 0, isComplete: false };
  void search(at.value);
}

/** Goes on behind the oldest change that is known. */
export function askMore(): void {
  const { value } = explained;
  if (value === undefined) return;
  const oldest = value.changes.at(-1)?.sequence;
  explained.value = { ...value, state: 'running', progress: 0 };
  void search(oldest === undefined ? value.at : oldest - 1);
}

async function search(to: number): Promise<void> {
  const { path } = explained.value!;
  const mine = ++searches;
  const told: WhyChange[] = [...explained.value!.changes];
  const draw = (part: Partial<Explained>): void => {
    if (mine === searches) explained.value = { ...explained.value!, changes: [...told], ...part };
  };
  let isAsked = false;
  // Changes come in swarms: each swarm is drawn once.
  const drawSoon = (): void => {
    if (!isAsked)
      queueMicrotask(() => {
        isAsked = false;
        draw({});
      });
    isAsked = true;
  };
  const take = (line: WhyLine): void => {
    if ('sequence' in line) {
      told.push(line);
      drawSoon();
    } else if ('looked' in line) draw({ progress: Math.min(1, line.looked / Math.max(1, line.of)) });
    else draw({ state: 'done', from: line.lookedAt.from, isComplete: line.complete });
  };
  try {
    const params = { path, at: to, limit: WHY_LIMIT, values: 'shown' };
    await asJob((signal) => getLines<WhyLine>('why', params, signal, take));
  } catch (error) {
    const problem = problemOf(error);
    draw(problem === undefined ? { state: 'ended' } : { state: 'failed', problem });
  }
}
