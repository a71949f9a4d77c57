/** The types of events, with their hues and how many there are. */
import type { JSX } from 'preact';
import { count, counted, share, shortCount } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import { hueOf, typeCounts, typesInOrder } from '../moment/event-types.ts';

const SHOWN_TYPES = 8;

export function Legend(): JSX.Element {
  const all = typesInOrder();
  const total = typeCounts.value.values().reduce((sum, number) => sum + number, 0);
  const rest = all.slice(SHOWN_TYPES);
  return (
    <ul class="tl-legend" aria-label="Types of events">
      {all.slice(0, SHOWN_TYPES).map((type) => (
        <Entry key={type} name={type} token={hueOf(type)} number={typeCounts.value.get(type) ?? 0} total={total} />
      ))}
      {rest.length > 0 && (
        <Entry
          name={counted(rest.length, 'more type')}
          token="--type-rest"
          number={rest.reduce((sum, type) => sum + (typeCounts.value.get(type) ?? 0), 0)}
          total={total}
        />
      )}
    </ul>
  );
}

interface EntryProps {
  readonly name: string;
  readonly token: string;
  readonly number: number;
  readonly total: number;
}

function Entry({ name, token, number, total }: EntryProps): JSX.Element {
  return (
    <li
      title={`${safeLine(name)}: ${count(number)} of ${count(total)}, ${share(number, total)}`}
      data-testid="type"
      data-type={name}
      data-count={number}
    >
      <i style={{ background: `var(${token})` }} />
      {safeLine(name)} <span class="quiet">{shortCount(number)}</span>
    </li>
  );
}
