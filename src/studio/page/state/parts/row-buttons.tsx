/** What can be done with a place: shown on its line while the pointer is there, or while it is selected. The keys do the same. */
import { CircleHelp, Copy, Link2, Table2 } from 'lucide';
import type { JSX } from 'preact';
import { Icon } from '../../base/icon.tsx';
import { askWhy } from '../asked/asking-why.ts';
import { showTable } from '../open-places.ts';
import { copy, copyValue } from './copying.ts';

interface Props {
  readonly path: string;
  readonly opens: boolean;
}

export function RowButtons({ path, opens }: Props): JSX.Element {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps clicks from the line
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are actions of the page
    <span class="st-buttons" onClick={(event) => event.stopPropagation()}>
      {opens && <RowButton icon={Table2} title="Show as a table (r)" run={() => showTable(path)} />}
      <RowButton icon={CircleHelp} title="Why is it so? (w)" run={() => askWhy(path)} />
      <RowButton icon={Link2} title="Copy the path (c)" run={() => void copy(path, `the path ${path}`)} />
      <RowButton icon={Copy} title="Copy the value (v)" run={() => void copyValue(path)} />
    </span>
  );
}

function RowButton({ icon, title, run }: { icon: typeof Copy; title: string; run: () => void }): JSX.Element {
  return (
    <button type="button" title={title} aria-label={title} tabIndex={-1} onClick={run}>
      <Icon of={icon} size={12} />
    </button>
  );
}
