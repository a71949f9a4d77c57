/** The filter of the list: types, a condition, a text, a tag, and how many events pass. Escape in a field clears all of it. */
import { ChevronDown, X } from 'lucide';
import { createRef, type JSX, type RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import { Icon } from '../base/icon.tsx';
import { safeLine, safeText } from '../base/safe-text.ts';
import { type Filter, filter, NO_FILTER } from '../moment/place.ts';
import { filterProblem, isFiltered } from './counting.ts';
import { TypeMenu } from './type-menu.tsx';

const whereField = createRef<HTMLInputElement>();
const textField = createRef<HTMLInputElement>();
const tagField = createRef<HTMLInputElement>();

export function focusWhere(): void {
  whereField.current?.focus();
}

export function focusText(): void {
  textField.current?.focus();
}

export function FilterBar(): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const close = useCallback(() => setOpen(false), []);
  const { types } = filter.value;
  return (
    <search class="ev-filter" aria-label="Filter of the events">
      <div class="ev-fields">
        <button
          type="button"
          data-testid="filter-type"
          aria-haspopup="listbox"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <span>{wordsOf(types)}</span>
          <Icon of={ChevronDown} size={12} />
        </button>
        <Field field={whereField} name="where" testid="filter-where" label="where, as data.price >= 100" />
        <button
          type="button"
          title="Show all events (Esc)"
          aria-label="Show all events"
          disabled={!isFiltered.value}
          onClick={clear}
        >
          <Icon of={X} size={12} />
        </button>
      </div>
      <div class="ev-fields">
        <Field field={textField} name="text" testid="filter-text" label="contains" />
        <Field field={tagField} name="tag" testid="filter-tag" label="tag" />
      </div>
      <Refusal />
      {isOpen && <TypeMenu close={close} />}
    </search>
  );
}

function wordsOf(types: readonly string[]): string {
  if (types.length === 0) return 'all types';
  return types.length === 1 ? safeLine(types[0]!) : `${types.length} types`;
}

function clear(): void {
  filter.value = NO_FILTER;
}

const FIELD_NAMES = { where: 'Condition on events', text: 'Text that events contain', tag: 'Tag of events' };
/** How long typing pauses before the filter changes, in ms. Enter changes it at once. */
const TYPING_PAUSE = 400;

interface FieldProps {
  readonly field: RefObject<HTMLInputElement | null>;
  readonly name: keyof typeof FIELD_NAMES;
  readonly testid: string;
  readonly label: string;
}

function Field({ field, name, testid, label }: FieldProps): JSX.Element {
  const set = filter.value[name];
  const [typed, setTyped] = useState(set);
  // Before the next key, which adds to it. A blank after the words is the start of the next ones.
  useLayoutEffect(() => setTyped((now) => (now.trim() === set ? now : set)), [set]);
  useEffect(() => {
    if (typed === filter.peek()[name]) return;
    const timer = setTimeout(() => apply(name, typed), TYPING_PAUSE);
    return () => clearTimeout(timer);
  }, [typed, name]);
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') apply(name, typed);
    else if (event.key === 'Escape') {
      setTyped('');
      clear();
      (event.currentTarget as HTMLElement).blur();
    }
  };
  return (
    <input
      ref={field}
      class={`ev-${name}`}
      type="text"
      data-testid={testid}
      aria-label={FIELD_NAMES[name]}
      aria-invalid={name === 'where' && filterProblem.value !== undefined && set !== ''}
      placeholder={label}
      autocomplete="off"
      spellcheck={false}
      value={typed}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={press}
    />
  );
}

function apply(name: keyof typeof FIELD_NAMES, given: string): void {
  const text = given.trim();
  if (filter.peek()[name] !== text) filter.value = { ...filter.peek(), [name]: text } satisfies Filter;
}

/** Where a condition cannot be read, and what to do. */
function Refusal(): JSX.Element | null {
  const problem = filterProblem.value;
  if (problem === undefined) return null;
  const { where } = filter.value;
  const column = columnIn(problem.message);
  return (
    <div class="ev-problem" role="alert" data-testid="problem" data-code={problem.code}>
      {column !== undefined && (
        <pre>
          {safeLine(where.slice(0, column))}
          <mark>{safeLine(where.slice(column, column + 1)) || ' '}</mark>
          {safeLine(where.slice(column + 1))}
        </pre>
      )}
      {safeText(problem.message)} <span class="quiet">{safeText(problem.hint ?? '')}</span>
    </div>
  );
}

/** The place in the condition that a message names, from 0. Pure. */
function columnIn(message: string): number | undefined {
  const column = /, at column (\d+)$/.exec(message)?.[1];
  return column === undefined ? undefined : Number(column) - 1;
}
