/** The types of the log, each with how many events it has: those that are checked are listed. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { count } from '../base/format.ts';
import { rowAfterKey } from '../base/list-scroll.ts';
import { safeLine } from '../base/safe-text.ts';
import { hueOf, typeCounts, typesInOrder } from '../moment/event-types.ts';
import { filter } from '../moment/place.ts';

export function TypeMenu({ close }: { readonly close: () => void }): JSX.Element {
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    (list.current!.firstElementChild as HTMLElement | null)?.focus();
    const outside = ({ target }: PointerEvent): void => {
      if (list.current?.parentElement?.contains(target as Node) === false) close();
    };
    addEventListener('pointerdown', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      if (list.current?.contains(document.activeElement) !== false) before?.focus();
    };
  }, [close]);
  const { types } = filter.value;
  const all = [...new Set([...typesInOrder(), ...types])];
  return (
    <div
      ref={list}
      class="ev-types"
      role="listbox"
      aria-multiselectable="true"
      aria-label="Types of events"
      onKeyDown={(event) => press(event, close)}
    >
      {all.map((type) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
        <div
          key={type}
          class="ev-option"
          role="option"
          tabIndex={-1}
          data-type={type}
          aria-selected={types.includes(type)}
          onClick={() => toggle(type)}
        >
          <span class="ev-check">{types.includes(type) ? '✓' : ''}</span>
          <i class="ev-hue" style={{ background: `var(${hueOf(type)})` }} />
          <span class="ev-name">{safeLine(type)}</span>
          <code>{count(typeCounts.value.get(type) ?? 0)}</code>
        </div>
      ))}
    </div>
  );
}

function toggle(type: string): void {
  const { types } = filter.peek();
  const others = types.filter((one) => one !== type);
  filter.value = { ...filter.peek(), types: others.length < types.length ? others : [...types, type] };
}

function press(event: KeyboardEvent, close: () => void): void {
  const list = event.currentTarget as HTMLElement;
  const option = (event.target as HTMLElement).closest<HTMLElement>('[role=option]');
  const options = [...list.children] as HTMLElement[];
  const here = option === null ? -1 : options.indexOf(option);
  const next = rowAfterKey(event.key, here, { rows: options.length, viewport: list.clientHeight });
  if (next !== undefined) options[next]?.focus();
  else if ((event.key === ' ' || event.key === 'Enter') && option !== null) toggle(option.dataset.type!);
  else if (event.key === 'Escape') close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
