/** What is wrong with the log while the studio shows the rest of it: damaged blocks, as they are found. */

import type { Damage } from '../../index.ts';
import { commandLine } from '../../terminal/escaping.ts';
import type { LogProblem } from '../wire.ts';

/** Damaged blocks that are told; after so many, one more says nothing new. */
const MOST_TOLD_DAMAGES = 100;

export class Troubles {
  readonly #path: string;
  readonly #damages = new Map<number, LogProblem>();

  constructor(path: string) {
    this.#path = path;
  }

  /** A damaged block was found. */
  readonly note = ({ firstSequence, lastSequence, error }: Damage): LogProblem => {
    const problem = {
      ...{ code: error.code, message: error.message, sequence: firstSequence, lastSequence },
      hint: `Run ${commandLine('refold', 'verify', this.#path)}; the rest of the log is shown`,
    };
    if (this.#damages.size < MOST_TOLD_DAMAGES) this.#damages.set(firstSequence, problem);
    return problem;
  };

  /** In the order of the log. */
  list(): readonly LogProblem[] {
    return this.#damages
      .values()
      .toArray()
      .toSorted((a, b) => a.sequence - b.sequence);
  }
}
