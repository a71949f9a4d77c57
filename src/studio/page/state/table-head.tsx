/** Above a table: the way back, its size, what the event changed in it, and a search for a key. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { Looked, TableFound } from '../../wire.ts';
import { getJson, problemOf } from '../base/api.ts';
import { count } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { at } from '../moment/place.ts';
import { reveal, showTable, tablePath } from './open-places.ts';
import { nameIn, stepsTo } from './parts/path-text.ts';
import { absentText, type signOf, valueText } from './parts/value-text.ts';

export interface TableNews {
  /** From the table to the entry: `[723]`. */
  readonly step: string;
  readonly sign: ReturnType<typeof signOf>;
}

interface Props {
  readonly path: string;
  /** What stands there; undefined while it is asked for. */
  readonly looked: Looked | undefined;
  readonly news: readonly TableNews[];
  readonly goTo: (row: number) => void;
}

/** Entries that the event changed, by name; the rest are counted. */
const NAMED_NEWS = 3;

export function TableHead({ path, looked, news, goTo }: Props): JSX.Element {
  const told = useSignal('');
  const lastFound = useSignal<{ readonly text: string; readonly row: number } | undefined>(undefined);
  const find = async (text: string): Promise<void> => {
    const before = lastFound.value?.text === text ? lastFound.value.row + 1 : 0;
    try {
      const found = await findKey(path, text, before);
      told.value = tell(found, text, before);
      lastFound.value = found.found === undefined ? undefined : { text, row: found.found };
      if (found.found !== undefined) goTo(found.found);
    } catch (error) {
      told.value = problemOf(error)?.message ?? '';
    }
  };
  return (
    <div class="st-bar st-table-head">
      <Way to={path} />
      <span class="st-note" data-testid="table-total" data-total={looked?.shown?.total}>
        {looked?.shown === undefined ? absentText(looked) : valueText(looked.shown).text}
      </span>
      {news.slice(0, NAMED_NEWS).map(({ step, sign }) => (
        <button
          key={step}
          type="button"
          class="st-news"
          disabled={sign === 'removed'}
          onClick={() => void find(nameIn(step) ?? step)}
        >
          {safeLine(step)} {sign}
        </button>
      ))}
      {news.length > NAMED_NEWS && <span class="st-note">and {count(news.length - NAMED_NEWS)} more</span>}
      <span class="st-gap" />
      <span class="st-note" role="status">
        {told.value}
      </span>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void find((event.currentTarget as HTMLFormElement).querySelector('input')!.value);
        }}
      >
        <input
          data-testid="table-key"
          placeholder="find a key"
          aria-label="Find a key"
          spellcheck={false}
          maxLength={1000}
        />
      </form>
    </div>
  );
}

/** The way from the state to the table: a click on a step shows that one. */
function Way({ to }: { readonly to: string }): JSX.Element {
  const steps = stepsTo(to);
  return (
    <nav class="st-way" aria-label="The way to this table">
      <button type="button" data-testid="table-back" onClick={() => back(to)}>
        Tree
      </button>
      {steps.map(({ path, text }) => (
        <button
          key={path}
          type="button"
          aria-current={path === to ? 'true' : undefined}
          onClick={() => showTable(path)}
        >
          {safeLine(text)}
        </button>
      ))}
    </nav>
  );
}

function back(path: string): void {
  tablePath.value = undefined;
  reveal(path);
}

async function findKey(path: string, key: string, after: number): Promise<TableFound> {
  if (key === '') return { path, total: 0, found: 0, complete: true };
  return getJson<TableFound>('table', { at: at.value, path, key, after }, new AbortController().signal);
}

function tell({ found, isExact, complete }: TableFound, text: string, after: number): string {
  if (found !== undefined)
    return isExact === false ? `the ${after > 0 ? 'next' : 'first'} key that begins like it` : '';
  if (!complete) return 'the table is too large to look at all keys';
  return after > 0 ? `no other key begins with ${safeLine(text)}` : `no key begins with ${safeLine(text)}`;
}
