/**
 * Negative controls: the engine as it was in 0.1.0 at three places, each of which the programs must find out.
 *
 * A control is a change of a file's text while it is loaded, so that nothing of it is in the engine. A text that is not
 * found any more is an error: a control that changes nothing would be noticed by nobody.
 */
interface Change {
  /** The end of the file's path. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export const CONTROLS: Readonly<Record<string, readonly Change[]>> = {
  'settling that takes what is frozen, or stands elsewhere, as it is': [
    {
      file: '/src/fold/atomic/settle.ts',
      from: 'if (!Object.isExtensible(container)) throw this.notOwn(container, path);',
      to: 'if (!Object.isExtensible(container)) return container;',
    },
  ],
  'an initialState that is taken as it is given': [
    {
      file: '/src/engine/folding/initial-state.ts',
      from: 'if (problem === undefined) return ownState(state as State);',
      to: 'if (problem === undefined) return state as State;',
    },
  ],
  'a write path without its guard': [
    { file: '/src/engine/calls/reentrancy.ts', from: 'return this.#depth > 0;', to: 'return false;' },
  ],
};

/** The text of a file under a control. */
export function underControl(name: string, url: string, text: string): string {
  let changed = text;
  for (const { file, from, to } of CONTROLS[name] ?? []) {
    if (!url.endsWith(file)) continue;
    if (!changed.includes(from)) throw new Error(`the control '${name}' does not fit ${file} any more`);
    changed = changed.replaceAll(from, to);
  }
  return changed;
}
