/** The keys that bring the focus to a pane at once: with Tab alone the way there is long. */
import { inNextFrame } from '../base/frames.ts';
import { addActions } from './actions.ts';
import { log, tab } from './place.ts';

export function addPaneKeys(): void {
  addActions([
    look('to-events', 'Move the focus to the list of events', 'e', '[data-testid=events]'),
    look('to-state', 'Move the focus to the state', 's', '[data-testid=tree], [data-testid=table]', () => 'state'),
    look('to-heatmap', 'Move the focus to the heatmap', 'h', '[data-testid=heatmap]', viewWithHeatmap),
    look(
      'to-answer',
      'Move the focus to the answer below the event',
      'q',
      '[data-testid=why-rows], [data-testid=diff-rows]',
    ),
  ]);
}

/** @param tabOf which tab of the middle has it; undefined where the log has no such tab. Panes outside of the middle need none */
function look(id: string, title: string, key: string, selector: string, tabOf?: () => string | undefined) {
  const find = (): HTMLElement | null => document.querySelector<HTMLElement>(selector);
  return {
    ...{ id, title, group: 'Look' as const, keys: [{ key, label: key }] },
    isPossible: () => (tabOf === undefined ? find() !== null : log.value?.hasModel === true && tabOf() !== undefined),
    run: () => {
      if (tabOf !== undefined) tab.value = tabOf()!;
      queueMicrotask(() => focusOnceThere(find)); // a tab that was chosen is drawn by then
    },
  };
}

/** A view has no panes before its first answer. Who moves the focus meanwhile keeps it. */
function focusOnceThere(find: () => HTMLElement | null): void {
  const before = document.activeElement;
  let frames = MOST_FRAMES;
  const look = (): void => {
    const now = document.activeElement;
    if (now !== before && now !== document.body) return;
    const found = find();
    if (found !== null) found.focus();
    else if (frames-- > 0) inNextFrame(look);
  };
  look();
}

/** About ten seconds. */
const MOST_FRAMES = 600;

function viewWithHeatmap(): string | undefined {
  const views = log.value?.views?.filter(({ panes }) => panes.some(({ kind }) => kind === 'heatmap')) ?? [];
  return (views.find(({ name }) => name === tab.value) ?? views[0])?.name;
}
