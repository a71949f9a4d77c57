/**
 * What a thread and its starter say to each other: numbered requests one way, answers the other way.
 *
 *     starter                        thread
 *        │  <──── number 0: opened ────  │      or the error of opening, and the thread ends
 *        │  ─ number 1: job and input ─> │
 *        │  <──── number 1: progress ──  │      any number of times
 *        │  <──── number 1: value ─────  │      or an error
 *        │  ─ number 2: end ───────────> │
 *        │  <──── number 2: value ─────  │      and the thread ends
 */
import type { SerializedError } from '../core/errors.ts';

/** One kind of request: what it takes, what it answers, and what it reports while it runs. */
export interface Job {
  readonly takes: unknown;
  readonly answers: unknown;
  readonly tells?: unknown;
}

/** Requests by name. Written as an interface: `interface CopyJobs { copy: { takes: string; answers: number } }`. */
export type JobsOf<Jobs> = { readonly [Name in keyof Jobs]: Job };

/** What a job reports while it runs; `never` when it reports nothing. */
export type Told<One> = One extends { readonly tells: infer Progress } ? Progress : never;

/** A job on its way to the thread. */
export interface JobMessage<Jobs extends JobsOf<Jobs>, Name extends keyof Jobs = keyof Jobs> {
  readonly number: number;
  readonly job: Name;
  readonly input: Jobs[Name]['takes'];
}

/** What a starter sends. */
export type RequestMessage<Jobs extends JobsOf<Jobs>> =
  | JobMessage<Jobs>
  | { readonly number: number; readonly end: true };

/** What comes back under the number of a request. */
export type AnswerMessage =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly progress: unknown }
  /** `cause` is the text of the cause: only text crosses a thread. */
  | { readonly number: number; readonly error: SerializedError; readonly cause?: string };
