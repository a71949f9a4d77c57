/** Finds every action by its words; also types of events, marks, views, tables, and places in the log and in the state. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { actions, runAction } from '../moment/actions.ts';
import { typesInOrder } from '../moment/event-types.ts';
import { marks } from '../moment/marks.ts';
import { filter, go, log, selectedPath, shown, tab } from '../moment/place.ts';
import { askWhy } from '../state/asked/asking-why.ts';
import { copy } from '../state/parts/copying.ts';
import { isPath, stepsTo } from '../state/parts/path-text.ts';
import { Dialog } from './dialog.tsx';
import { type Entry, isCondition, matching, placeIn, quoted } from './entries.ts';
import { labelsOf } from './keys-dialog.tsx';
import { close } from './opened.ts';

/** Entries that are listed at once. */
const MOST_ENTRIES = 50;

export function Palette(): JSX.Element {
  const [text, setText] = useState('');
  const [place, setPlace] = useState(0);
  const found = [
    ...placeEntries(text),
    ...pathEntries(text),
    ...conditionEntries(text),
    ...matching(allEntries(), text, MOST_ENTRIES),
  ];
  const chosen = Math.min(place, found.length - 1);
  const press = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      const next = (chosen + step + found.length) % Math.max(1, found.length);
      setPlace(next);
      document.getElementById(optionId(next))?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter') run(found[chosen]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Find an action" testid="palette">
      <input
        class="hp-search"
        type="text"
        role="combobox"
        aria-label="Words of an action, a type, a table, a place in the log, or a path"
        aria-expanded="true"
        aria-controls="hp-found"
        aria-activedescendant={found.length > 0 ? optionId(chosen) : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder="an action, a type, a table, a place such as 10:31:07, or a path such as orders[7]"
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setPlace(0);
        }}
        onKeyDown={press}
      />
      <div id="hp-found" class="hp-found" role="listbox" aria-label="What was found">
        {found.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field takes the keys
          // biome-ignore lint/a11y/useFocusableInteractive: the field has the focus, and names its active option
          <div
            key={entry.id}
            id={optionId(index)}
            class="hp-entry"
            role="option"
            data-testid="palette-entry"
            data-entry={entry.id}
            aria-selected={index === chosen}
            onClick={() => run(entry)}
          >
            <span class="hp-title">{safeLine(entry.title)}</span>
            <span class="quiet">{entry.kind}</span>
            {entry.label !== undefined && <kbd>{entry.label}</kbd>}
          </div>
        ))}
      </div>
      {found.length === 0 && <p class="hp-none quiet">Nothing has all of these words</p>}
    </Dialog>
  );
}

function optionId(index: number): string {
  return `hp-option-${index}`;
}

/** Closed first: what runs may want the focus. It has it before the next key comes. */
function run(entry: Entry | undefined): void {
  if (entry === undefined) return;
  close();
  queueMicrotask(entry.run);
}

function placeEntries(text: string): readonly Entry[] {
  const place = placeIn(text);
  if (place === undefined) return [];
  const title = /^\d+$/.test(place) ? `Go to event ${count(Number(place))}` : `Go to ${place}`;
  return [{ id: 'place', title, kind: 'place', run: () => go(/^\d+$/.test(place) ? Number(place) : place) }];
}

/** A place of the state that is typed may stand there at another moment only: it can be asked about all the same. */
function pathEntries(text: string): readonly Entry[] {
  const path = text.trim();
  const steps = isPath(path) ? stepsTo(path) : [];
  if (steps.length < 2 || !tables().includes(steps[0]!.path)) return [];
  return [
    { id: 'why path', title: `Ask why ${path} is as it is`, kind: 'place of the state', run: () => askWhy(path) },
    { id: 'select path', title: `Select ${path}`, kind: 'place of the state', run: () => select(path) },
  ];
}

/** Finding a condition is work for the command line: the page gives the whole line. */
function conditionEntries(text: string): readonly Entry[] {
  const condition = text.trim();
  const line = log.value?.bisectLine;
  if (line === undefined || !isCondition(condition)) return [];
  const command = `${line} --first-true ${quoted(condition)} --every-event`;
  return [
    {
      ...{ id: 'condition', title: `Copy the command that finds the first moment with ${condition}`, kind: 'command' },
      run: () => void copy(command, 'the command: paste it in a terminal'),
    },
  ];
}

function allEntries(): readonly Entry[] {
  const views = log.value?.hasModel === true ? ['state', ...(log.value.views ?? []).map(({ name }) => name)] : [];
  return [
    ...actions.value
      .filter(({ id, isPossible }) => id !== 'palette' && isPossible?.() !== false)
      .map((action) => ({
        ...{ id: action.id, title: action.title, kind: action.group.toLowerCase(), label: labelsOf(action)[0] },
        run: () => runAction(action.id),
      })),
    ...views.map((name) => ({
      id: `view ${name}`,
      title: `Show ${name}`,
      kind: 'view',
      run: () => (tab.value = name),
    })),
    ...marks.value.map((mark) => ({
      ...{ id: `mark ${mark}`, title: `Go to mark ${count(mark)}`, kind: 'mark' },
      run: () => go(mark),
    })),
    ...tables().map((path) => ({
      id: `path ${path}`,
      title: `Select ${path}`,
      kind: 'state',
      run: () => select(path),
    })),
    ...typesInOrder().map((type) => ({
      ...{ id: `type ${type}`, title: `List only ${type}`, kind: 'type' },
      run: () => (filter.value = { ...filter.value, types: [type] }),
    })),
  ];
}

/** The members of the state, where the page has them in sight. */
function tables(): readonly string[] {
  const root = shown.value?.look.find(({ path }) => path === '');
  return (root?.rows ?? []).map(({ path }) => path);
}

function select(path: string): void {
  tab.value = 'state';
  selectedPath.value = path;
}
