/** The state at the moment that is shown: a tree, or one of its collections as a table; below it the selected place. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { paneSize, Splitter } from '../base/splitter.tsx';
import { inSight } from '../moment/in-sight.ts';
import { NoMoment } from './no-moment.tsx';
import { tablePath } from './open-places.ts';
import { Selected } from './selected.tsx';
import { Table } from './table.tsx';
import { Tree } from './tree.tsx';
import './state.css';

function focusPane(): void {
  document.querySelector<HTMLElement>('[data-testid=tree], [data-testid=table]')?.focus();
}

const SELECTED = { pane: 'selected', usual: 88, least: 28, most: 600, isReversed: true, isFlat: true };

export function StatePane(): JSX.Element {
  useEffect(
    () => () => {
      inSight('state', undefined);
      inSight('selected', undefined);
    },
    [],
  );
  const table = tablePath.value;
  const before = useRef(table);
  // What had the focus is not there any more, and the next key belongs to what came for it.
  useLayoutEffect(() => {
    if (before.current !== table && document.activeElement === document.body) focusPane();
    before.current = table;
  }, [table]);
  return (
    <div class="pane">
      <NoMoment />
      {table === undefined ? <Tree /> : <Table path={table} key={table} />}
      <Splitter {...SELECTED} label="Height of the selected place" />
      <section class="st-below" style={{ height: `${paneSize(SELECTED)}px` }} aria-label="Selected place">
        <Selected />
      </section>
    </div>
  );
}
