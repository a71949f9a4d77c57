/** The list of events: a filter, and below it all events that pass, of which the current one is kept in sight. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { type Action, addActions } from '../moment/actions.ts';
import { keepCounting } from './counting.ts';
import { goToListed } from './current-row.ts';
import { EventList } from './event-list.tsx';
import { FilterBar, focusText, focusWhere } from './filter-bar.tsx';
import './events.css';

function look(id: string, title: string, key: string, direction: 1 | -1): Action {
  return { id, title, group: 'Move', keys: [{ key, label: key }], run: () => goToListed(direction) };
}

export function Events(): JSX.Element {
  useEffect(keepCounting, []);
  useEffect(
    () =>
      addActions([
        look('next-listed', 'Go to the next event of the list', 'n', 1),
        look('listed-before', 'Go to the event of the list before', 'p', -1),
        {
          ...{ id: 'filter', title: 'Filter events by a condition', group: 'Look' },
          keys: [{ key: 'f', label: 'f' }],
          run: focusWhere,
        },
        {
          ...{ id: 'find-text', title: 'Show only events that contain a text', group: 'Look' },
          keys: [{ key: '/', label: '/' }],
          run: focusText,
        },
      ]),
    [],
  );
  return (
    <>
      <FilterBar />
      <EventList />
    </>
  );
}
