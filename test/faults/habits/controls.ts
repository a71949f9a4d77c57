/**
 * Negative controls: three places of the engine as they were in 0.1.0. The programs must notice each of them.
 *
 * A control changes a file's text while it is loaded, so the engine contains no code for it. A text that is not
 * found is an error, because a control without a change proves nothing.
 */
interface Change {
  /** The end of the file's path. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const CONTROLS: Readonly<Record<string, readonly Change[]>> = {
  'placing that takes what is frozen, or in another place, as it is': [
    {
      file: '/src/fold/atomic/placing.ts',
      from: 'if (!Object.isExtensible(container)) throw this.notOwn(container, path);',
      to: 'if (!Object.isExtensible(container)) return container;',
    },
  ],
  'an initialState that is taken as it is given': [
    {
      file: '/src/engine/folding/initial-state.ts',
      from: 'if (problem === undefined) return ownState(state as State, definition.comparators);',
      to: 'if (problem === undefined) return state as State;',
    },
  ],
  'a write path without its guard': [
    { file: '/src/engine/calls/reentrancy.ts', from: 'return this.#depth > 0;', to: 'return false;' },
  ],
};

/** The text of a file with the changes of a control. */
export function underControl(name: string, url: string, text: string): string {
  let changed = text;
  for (const { file, from, to } of CONTROLS[name] ?? []) {
    if (!url.endsWith(file)) continue;
    if (!changed.includes(from)) throw new Error(`the control '${name}' does not fit ${file} any more`);
    changed = changed.replaceAll(from, to);
  }
  return changed;
}
