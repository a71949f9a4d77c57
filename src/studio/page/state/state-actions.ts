/** What keys do with the selected place. */
import { addActions } from '../moment/actions.ts';
import { log, question, selectedPath, shown, tab } from '../moment/place.ts';
import { askWhy } from './asked/asking-why.ts';
import { showTable, tablePath } from './open-places.ts';
import { copy, copyValue } from './parts/copying.ts';
import { containerOf, isPath } from './parts/path-text.ts';

export function addStateActions(): void {
  const isPossible = (): boolean => log.value?.hasModel === true && isPath(selectedPath.value);
  const look = (id: string, key: string, title: string, run: () => void, can = isPossible) =>
    ({ id, title, group: 'Look', keys: [{ key, label: key }], isPossible: can, run }) as const;
  addActions([
    look(
      'copy-path',
      'c',
      'Copy the path of the selected place',
      () => void copy(selectedPath.value, `the path ${selectedPath.value}`),
    ),
    look('copy-value', 'v', 'Copy the value of the selected place', () => void copyValue(selectedPath.value)),
    look('why', 'w', 'Ask why the selected place is as it is', () => askWhy(selectedPath.value)),
    look('rows', 'r', 'Show the selected place as a table', () => {
      tab.value = 'state';
      showTable(collectionAt(selectedPath.value));
    }),
    look('up', 'u', 'Go from a table to what it stands in', up, () => tablePath.value !== undefined),
    look(
      'diff-tab',
      'x',
      'Compare two moments',
      () => (question.value = 'diff'),
      () => log.value?.hasModel === true,
    ),
  ]);
}

/** The selected place if it has entries, or else what it stands in. A row that was just selected is not looked at yet. */
function collectionAt(path: string): string {
  const places = shown.value?.look.flatMap((place) => [place, ...(place.rows ?? [])]) ?? [];
  const total = places.find((place) => place.path === path && place.shown !== undefined)?.shown?.total ?? 0;
  return total > 0 ? path : containerOf(path);
}

/** From a property of the state back to the tree. */
function up(): void {
  const path = tablePath.value!;
  const container = containerOf(path);
  if (container === '') tablePath.value = undefined;
  else showTable(container);
}
