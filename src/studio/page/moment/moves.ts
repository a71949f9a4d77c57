/** The actions that move through the log, and those of the page as a whole. */
import { change, theme } from '../base/settings.ts';
import { addActions } from './actions.ts';
import { goToEnd } from './live.ts';
import { toggleMark } from './marks.ts';
import { at, canGoOn, firstSequence, go, step, stepCommit } from './place.ts';

const PAGE = 1_000;

export function addMoves(): void {
  addActions([
    move('back', 'Go one event back', () => step(-1), [',', ','], ['ArrowLeft', '←']),
    move('forward', 'Go one event forward', () => step(1), ['.', '.'], ['ArrowRight', '→']),
    move('commit-back', 'Go one commit back', () => stepCommit(-1), ['[Shift]+<', '<']),
    move('commit-forward', 'Go one commit forward', () => stepCommit(1), ['[Shift]+>', '>']),
    move('page-back', 'Go 1,000 events back', () => step(-PAGE), ['PageUp', 'PageUp']),
    move('page-forward', 'Go 1,000 events forward', () => step(PAGE), ['PageDown', 'PageDown']),
    move('first', 'Go to the first event', () => go(firstSequence.value), ['Home', 'Home']),
    move('end', 'Go to the end, and follow it', goToEnd, ['End', 'End']),
    {
      ...{ id: 'mark', title: 'Mark this moment, or take its mark away', group: 'Mark' },
      keys: [{ key: 'm', label: 'm' }],
      run: () => toggleMark(at.value),
    },
    {
      ...{ id: 'theme', title: 'Change between dark and light', group: 'Page' },
      keys: [{ key: 't', label: 't' }],
      run: () => change({ theme: theme.value === 'dark' ? 'light' : 'dark' }),
    },
  ]);
}

function move(id: string, title: string, run: () => void, ...keys: readonly (readonly [string, string])[]) {
  return {
    id,
    title,
    group: 'Move' as const,
    keys: keys.map(([key, label]) => ({ key, label })),
    run,
    ...(id.endsWith('forward') && { isPossible: canGoOn }),
  };
}
