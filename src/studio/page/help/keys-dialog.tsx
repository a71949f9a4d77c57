/** All keys by what they do, made from the actions themselves, and the settings. */
import type { JSX } from 'preact';
import { type Action, actions } from '../moment/actions.ts';
import { Dialog } from './dialog.tsx';
import { close } from './opened.ts';
import { Settings } from './settings.tsx';

const GROUPS = ['Move', 'Look', 'Mark', 'Page'] as const;

/** Keys that belong to what has the focus, and so are not actions of the page. */
const LIST_KEYS = [
  { title: 'Move in a list, a tree or a table', labels: ['↑', '↓', 'PageUp', 'PageDown', 'Home', 'End'] },
  { title: 'Go to the event, or select the place', labels: ['Enter'] },
  { title: 'Open and close a place of the state', labels: ['→', '←'] },
  { title: 'Leave a field, and clear the filter', labels: ['Esc'] },
];

export function KeysDialog(): JSX.Element {
  return (
    <Dialog label="Keys and settings" testid="help">
      <div class="hp-head">
        <h2>Keys</h2>
        <button type="button" onClick={close}>
          Close <kbd>Esc</kbd>
        </button>
      </div>
      <div class="hp-columns">
        {GROUPS.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            <dl>
              {actions.value
                .filter((action) => action.group === group && action.keys !== undefined)
                .map((action) => (
                  <KeyLine key={action.id} title={action.title} labels={labelsOf(action)} id={action.id} />
                ))}
            </dl>
          </section>
        ))}
        <section aria-label="Where the focus is">
          <h3>Where the focus is</h3>
          <dl>
            {LIST_KEYS.map(({ title, labels }) => (
              <KeyLine key={title} title={title} labels={labels} />
            ))}
          </dl>
        </section>
        <Settings />
      </div>
    </Dialog>
  );
}

export function labelsOf({ keys = [] }: Action): readonly string[] {
  return keys.map(({ label }) => label);
}

interface LineProps {
  readonly title: string;
  readonly labels: readonly string[];
  readonly id?: string;
}

function KeyLine({ title, labels, id }: LineProps): JSX.Element {
  return (
    <div class="hp-line" data-testid="help-key" data-action={id}>
      <dt>
        {labels.map((label) => (
          <kbd key={label}>{label}</kbd>
        ))}
      </dt>
      <dd>{title}</dd>
    </div>
  );
}
