/** Values, and what an event changed, as pieces of a line. */
import type { JSX } from 'preact';
import type { Change, Member, Shown } from '../../../wire.ts';
import { count } from '../../base/format.ts';
import { safeLine } from '../../base/safe-text.ts';
import type { Inside } from '../tree-lines.ts';
import { previewText, signOf, valueText } from './value-text.ts';
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
  readonly of: Omit<Change, 'path'> & { readonly path?: string };
  /** The first members of the value that stands there now. */
  readonly members?: readonly Member[] | undefined;
}

/**
 * What stood there and what stands there now. A side that is missing says that the place is new, or was removed. A collection that
 * was replaced tells the first place where it is different.
 */
export function Sides({ of, members }: SidesProps): JSX.Element {
  const { before, after, inside = [], insideInAll = 0 } = of;
  if (after === undefined || before === undefined)
    return (
      <span class="st-sides">
        <i class="st-sign">{signOf(of)}</i>
        {(after ?? before) !== undefined && <Value of={(after ?? before)!} members={members} />}
      </span>
    );
  const isReplaced = inside.length > 0 && before.total === after.total;
  return (
    <span class="st-sides">
      {isReplaced ? (
        (members ?? []).length > 0 && <Value of={after} members={members} />
      ) : (
        <Both before={before} after={after} members={members} />
      )}
      {inside.length > 0 && <InsideChange of={{ first: inside[0]!, total: insideInAll }} from={of.path ?? ''} />}
    </span>
  );
}

interface BothProps {
  readonly before: Shown;
  readonly after: Shown;
  readonly members: readonly Member[] | undefined;
}

function Both({ before, after, members }: BothProps): JSX.Element {
  return (
    <>
      <Value of={before} />
      <i class="st-sign">→</i>
      <Value of={after} members={members} />
    </>
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
      <span class="st-sign">{safeLine(first.path.slice(from.length).replace(/^\./, ''))}</span>
      <Sides of={first} />
      {total > 1 && <span class="st-note">and {count(total - 1)} more</span>}
    </span>
  );
}
