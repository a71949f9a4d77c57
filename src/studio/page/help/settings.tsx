/** What a person sets once: theme, colours, and whether single letters are keys. */
import type { JSX } from 'preact';
import { change, type Settings as Kept, settings } from '../base/settings.ts';

const THEMES: readonly (readonly [Kept['theme'], string])[] = [
  ['system', 'as the system'],
  ['dark', 'dark'],
  ['light', 'light'],
];
const EYES: readonly (readonly [Kept['eyes'], string])[] = [
  ['usual', 'green and red'],
  ['blue-orange', 'blue and orange'],
];

export function Settings(): JSX.Element {
  const { theme, eyes, singleKeys } = settings.value;
  return (
    <section aria-label="Settings">
      <h3>Settings</h3>
      <Choice name="theme" label="Theme" options={THEMES} chosen={theme} choose={(value) => change({ theme: value })} />
      <Choice name="eyes" label="Colours" options={EYES} chosen={eyes} choose={(value) => change({ eyes: value })} />
      <label class="hp-option">
        <input
          type="checkbox"
          name="single-keys"
          checked={singleKeys}
          onChange={(event) => change({ singleKeys: event.currentTarget.checked })}
        />
        Single letters are keys
      </label>
    </section>
  );
}

interface ChoiceProps<Value extends string> {
  readonly name: string;
  readonly label: string;
  readonly options: readonly (readonly [Value, string])[];
  readonly chosen: Value;
  readonly choose: (value: Value) => void;
}

function Choice<Value extends string>({ name, label, options, chosen, choose }: ChoiceProps<Value>): JSX.Element {
  return (
    <fieldset>
      <legend>{label}</legend>
      {options.map(([value, words]) => (
        <label key={value} class="hp-option">
          <input type="radio" name={name} value={value} checked={value === chosen} onChange={() => choose(value)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
