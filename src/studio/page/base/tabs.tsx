/** Tabs: one of a few names. Arrow keys move between them. */
import type { JSX } from 'preact';
import { safeLine } from './safe-text.ts';
import './tabs.css';

interface Props {
  readonly label: string;
  readonly names: readonly string[];
  readonly current: string;
  readonly choose: (name: string) => void;
}

export function Tabs({ label, names, current, choose }: Props): JSX.Element {
  const press = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = (names.indexOf(current) + by + names.length) % names.length;
    choose(names[next]!);
    ((event.currentTarget as HTMLElement).children[next] as HTMLElement).focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} onKeyDown={press}>
      {names.map((name) => (
        <button
          key={name}
          type="button"
          role="tab"
          data-tab={name}
          aria-selected={name === current}
          tabIndex={name === current ? 0 : -1}
          onClick={() => choose(name)}
        >
          {safeLine(name)}
        </button>
      ))}
    </div>
  );
}
