/** What helps a person on: all keys, every action by its words, and the marks. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { addActions } from '../moment/actions.ts';
import { diffPlan, markAfter, markBefore } from '../moment/marked.ts';
import { marks } from '../moment/marks.ts';
import { at, go, log, question } from '../moment/place.ts';
import { showDiff } from '../state/asked/asking-diff.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { MarksDialog } from './marks-dialog.tsx';
import { opened } from './opened.ts';
import { Palette } from './palette.tsx';
import './help.css';

export function Help(): JSX.Element | null {
  useEffect(() => addActions([...PAGE_ACTIONS, ...MARK_ACTIONS]), []);
  switch (opened.value) {
    case 'keys':
      return <KeysDialog />;
    case 'palette':
      return <Palette />;
    case 'marks':
      return <MarksDialog />;
    default:
      return null;
  }
}

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);

const PAGE_ACTIONS = [
  {
    ...{ id: 'help', title: 'Show all keys, and settings', group: 'Page' as const },
    keys: [{ key: '[Shift]+?', label: '?' }],
    run: () => (opened.value = 'keys'),
  },
  {
    ...{ id: 'palette', title: 'Find an action by its words', group: 'Page' as const },
    keys: [{ key: '$mod+k', label: IS_MAC ? '⌘K' : 'Ctrl K' }],
    run: () => (opened.value = 'palette'),
  },
];

const MARK_ACTIONS = [
  {
    ...{ id: 'marks', title: 'List the marks', group: 'Mark' as const },
    keys: [{ key: 'Shift+M', label: 'M' }],
    run: () => (opened.value = 'marks'),
  },
  {
    ...{ id: 'mark-back', title: 'Go to the mark before', group: 'Mark' as const },
    keys: [{ key: '[', label: '[' }],
    isPossible: () => markBefore(marks.value, at.value) !== undefined,
    run: () => goTo(markBefore(marks.value, at.value)),
  },
  {
    ...{ id: 'mark-forward', title: 'Go to the next mark', group: 'Mark' as const },
    keys: [{ key: ']', label: ']' }],
    isPossible: () => markAfter(marks.value, at.value) !== undefined,
    run: () => goTo(markAfter(marks.value, at.value)),
  },
  {
    ...{ id: 'diff', title: 'Compare this moment with the nearest mark', group: 'Mark' as const },
    keys: [{ key: 'd', label: 'd' }],
    isPossible: () => log.value?.hasModel === true,
    run: compareWithMark,
  },
];

function goTo(sequence: number | undefined): void {
  if (sequence !== undefined) go(sequence);
}

/** Without a mark the diff is shown with its own two moments: it says how to choose them. */
function compareWithMark(): void {
  const plan = diffPlan(marks.value, at.value);
  if (plan === undefined) question.value = 'diff';
  else showDiff(plan.from, plan.to);
}
