/** Values, and what an event changed, as pieces of a line. */
import type { JSX } from 'preact';
import type { Change, Member, Shown } from '../../wire.ts';
import { count } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';
import type { Inside } from './tree-lines.ts';
import { previewText, valueText } from './value-text.ts';
import './value.css';

export function Value({
  of,
  members = [],
}: {
  readonly of: Shown;
  readonly members?: readonly Member[] | undefined;
}): JSX.Element {
  const { text, tone, note } = valueText(of);
  if (members.length > 0) return <span class="st-value st-opens">{previewText(of, members)}</span>;
  return (
    <>
      <span class={`st-value st-${tone}`}>{text}</span>
      {note !== undefined && <span class="st-note">{note}</span>}
    </>
  );
}

interface SidesProps {
  readonly of: Omit<Change, 'path'>;
  /** Of what stands there now. */
  readonly members?: readonly Member[] | undefined;
}

/** What stood there and what stands there now. A side that is missing says that the place is new, or was removed. */
export function Sides({ of: { before, after }, members }: SidesProps): JSX.Element {
  if (before === undefined)
    return (
      <span class="st-sides">
        <i class="st-sign">new</i>
        {after !== undefined && <Value of={after} members={members} />}
      </span>
    );
  return (
    <span class="st-sides">
      <Value of={before} />
      {after === undefined ? (
        <i class="st-sign">removed</i>
      ) : (
        <>
          <i class="st-sign">→</i>
          <Value of={after} members={members} />
        </>
      )}
    </span>
  );
}

/** Changes inside a place that is closed: the first of them, and how many more. */
export function InsideChange({
  of: { first, total },
  from,
}: {
  readonly of: Inside;
  readonly from: string;
}): JSX.Element {
  return (
    <span class="st-inside">
      {safeLine(first.path.slice(from.length).replace(/^\./, ''))} <Sides of={first} />
      {total > 1 && <span class="st-note">and {count(total - 1)} more</span>}
    </span>
  );
}
