/** A task of a person who sees the studio for the first time. */
import type { Past } from 'refold';
import type { StudioPage } from '../harness/studio-page.ts';
import type { Hand } from './hand.ts';

/** What a person has besides the page that is open. */
export interface Around {
  /** Opens the same studio at a link in another page: a colleague's. */
  readonly openLink: (link: string) => Promise<StudioPage>;
}

/** @returns what the person found out */
export type Way = (hand: Hand, around: Around) => Promise<unknown>;

export interface Task {
  /** As in the document. */
  readonly name: string;
  /** Where the person begins; at the end, if left out. */
  readonly link?: string;
  readonly mouse: Way;
  readonly keyboard: Way;
  /** What the library says that the person should have found out, in the end. */
  readonly truth: (past: Past<any>, hand: Hand) => Promise<unknown>;
}
