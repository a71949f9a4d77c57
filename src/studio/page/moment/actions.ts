/**
 * Everything that a person can do by a key or by name. Keys, help and the list of all actions are made from these.
 */
import { computed, type Signal, signal } from '@preact/signals';
import { createKeybindingsHandler } from 'tinykeys';
import { settings } from '../base/settings.ts';

export interface Action {
  /** Names it among all others. */
  readonly id: string;
  /** What it does, in the imperative: `Go one event forward`. */
  readonly title: string;
  /** Under which heading the help lists it. */
  readonly group: 'Move' | 'Look' | 'Mark' | 'Page';
  /** Keys in the words of tinykeys, and as a person reads them. */
  readonly keys?: readonly { readonly key: string; readonly label: string }[];
  /** Whether it can be done now; always, if left out. */
  readonly isPossible?: () => boolean;
  readonly run: () => void;
}

export const actions: Signal<readonly Action[]> = signal([]);

/** Adds actions of a pane; gives a function that takes them away. */
export function addActions(more: readonly Action[]): () => void {
  actions.value = [...actions.value, ...more];
  return () => (actions.value = actions.value.filter((action) => !more.includes(action)));
}

/** Made when a key is pressed, and again after actions came or went. */
const keys = computed(() => createKeybindingsHandler(bindings(actions.value), { ignore: isTaken }));

/** Listens to all keys. Text fields keep all of theirs; trees, grids and tables keep their arrows. */
export function listenToKeys(): void {
  addEventListener('keydown', (event) => keys.value(event));
}

function bindings(all: readonly Action[]): Record<string, (event: KeyboardEvent) => void> {
  return Object.fromEntries(
    all.flatMap((action) =>
      (action.keys ?? []).map(({ key }) => [
        key,
        (event: KeyboardEvent) => {
          if (action.isPossible?.() === false) return;
          event.preventDefault();
          action.run();
        },
      ]),
    ),
  );
}

const OWN_MOVES = '[role=tree],[role=grid],[role=listbox],[role=separator]';
/** Tabs have arrows, and no pages and ends: after a click on a tab those still move through the log. */
const OWN_ARROWS = `${OWN_MOVES},[role=tablist]`;
const MOVING = /^(Page|Home|End)/;

/** Whether the key belongs to what has the focus. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target as Element | null;
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (target?.closest('input, textarea, select, [contenteditable], dialog') != null) return true;
  if (event.key.startsWith('Arrow')) return target?.closest(OWN_ARROWS) != null;
  if (MOVING.test(event.key)) return target?.closest(OWN_MOVES) != null;
  if (event.key === ' ' || event.key === 'Enter') return target?.closest('button, a, summary, [role=row]') != null;
  return event.key.length === 1 && !settings.value.singleKeys;
}

/** Does what a key would do, for a button. */
export function runAction(id: string): void {
  const action = actions.value.find((one) => one.id === id);
  if (action !== undefined && action.isPossible?.() !== false) action.run();
}
