/** The list of events: a filter, and below it all events that pass, of which the current one is kept in sight. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { addActions } from '../moment/actions.ts';
import { keepCounting } from './counting.ts';
import { EventList } from './event-list.tsx';
import { FilterBar, focusText, focusWhere } from './filter-bar.tsx';
import './events.css';

export function Events(): JSX.Element {
  useEffect(keepCounting, []);
  useEffect(
    () =>
      addActions([
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
