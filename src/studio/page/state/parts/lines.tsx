/**
 * Lines that a person moves through with the keyboard, of which those in sight are in the document. The list has the focus, and
 * says which line is active: a line that is scrolled away could not keep it.
 */
import type { Signal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import { rowAfterKey } from '../../base/list-scroll.ts';
import { type ListPlace, LongList } from '../../base/long-list.tsx';
import './lines.css';

interface Props<Line> {
  readonly place: ListPlace;
  readonly label: string;
  readonly testId: string;
  readonly role: 'tree' | 'listbox';
  readonly lines: readonly Line[];
  /** Names a line among all others, also when the lines change. */
  readonly keyOf: (line: Line) => string;
  /** The key of the active line. */
  readonly active: Signal<string>;
  readonly content: (line: Line) => ComponentChildren;
  readonly attributes: (line: Line) => Readonly<Record<string, unknown>>;
  /** The line became the active one, by click or key. */
  readonly onActive?: (line: Line) => void;
  /** A click, or Enter. */
  readonly onPick?: (line: Line) => void;
  /** Any other key. True if it meant something. */
  readonly onKey?: (key: string, line: Line) => boolean;
}

export function Lines<Line>(props: Props<Line>): JSX.Element {
  const { place, label, testId, role, lines, keyOf, active } = props;
  const index = lines.findIndex((line) => keyOf(line) === active.value);
  const current = Math.max(0, index);
  // A line that became active from elsewhere is shown; one that stays active is not when the lines change.
  useLayoutEffect(() => {
    if (index >= 0) place.show(index);
  }, [active.value, index >= 0]);
  const { first, end } = place.sighted.value;
  const isSighted = current >= first && current < end;
  const activate = (at: number): void => {
    const line = lines[at];
    if (line === undefined) return;
    active.value = keyOf(line);
    props.onActive?.(line);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || lines.length === 0) return;
    const to = rowAfterKey(event.key, current, place.scroll.value);
    const line = lines[current]!;
    if (to !== undefined) activate(to);
    else if (event.key === 'Enter') props.onPick?.(line);
    else if (props.onKey?.(event.key, line) !== true) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <LongList
      place={place}
      testid={testId}
      role={role}
      aria-label={label}
      tabIndex={0}
      aria-activedescendant={isSighted ? `${testId}-${current}` : undefined}
      onKeyDown={press}
      rowsOf={(from, to) =>
        lines.slice(from, to).map((line, nth) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
          // biome-ignore lint/a11y/noStaticElementInteractions: its role is among the attributes
          <div
            key={from + nth}
            id={`${testId}-${from + nth}`}
            {...{ role: role === 'tree' ? 'treeitem' : 'option', 'aria-selected': from + nth === index }}
            {...props.attributes(line)}
            onClick={() => {
              activate(from + nth);
              props.onPick?.(line);
            }}
          >
            {props.content(line)}
          </div>
        ))
      }
    />
  );
}
