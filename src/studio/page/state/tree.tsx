/** The state as a tree. What the current event changed is marked, with what stood there before. */

import { computed, type Signal, signal, useSignalEffect } from '@preact/signals';
import { ChevronDown, ChevronRight } from 'lucide';
import type { JSX } from 'preact';
import { count, counted } from '../base/format.ts';
import { Icon } from '../base/icon.tsx';
import { ListPlace } from '../base/long-list.tsx';
import { safeLine } from '../base/safe-text.ts';
import { inSight } from '../moment/in-sight.ts';
import { selectedPath, shown } from '../moment/place.ts';
import { closePlace, open, openPlaces, showMore } from './open-places.ts';
import { Lines } from './parts/lines.tsx';
import { containerOf } from './parts/path-text.ts';
import { RowButtons } from './parts/row-buttons.tsx';
import { InsideChange, Sides, Value } from './parts/value.tsx';
import { keyText, signOf } from './parts/value-text.ts';
import { type ChangeLine, looksOf, type MoreLine, type RowLine, type TreeLine, treeLines } from './tree-lines.ts';
import './tree.css';

const lines = computed(() => {
  const moment = shown.value;
  return moment === undefined ? [] : treeLines(moment.look, open.value, moment.changes);
});
const place = new ListPlace(computed(() => lines.value.length));
const active: Signal<string> = signal('');

export function Tree(): JSX.Element {
  useSignalEffect(() => inSight('state', { looks: looksOf(open.value) }));
  useSignalEffect(() => {
    const path = selectedPath.value;
    if (path !== '' && !active.peek().endsWith(` ${path}`)) active.value = `row ${path}`;
  });
  return (
    <Lines
      {...{ place, active, lines: lines.value, keyOf, attributes, content, onActive, onPick, onKey }}
      label="State"
      testId="tree"
      role="tree"
    />
  );
}

function keyOf({ kind, path }: TreeLine): string {
  return `${kind} ${path}`;
}

function onActive(line: TreeLine): void {
  if (line.kind !== 'more') selectedPath.value = line.path;
}

function onPick(line: TreeLine): void {
  if (line.kind === 'more') showMore(line.path);
  else if (line.kind === 'row' && line.opens) toggle(line);
}

function toggle({ path, isOpen }: RowLine): void {
  if (isOpen) closePlace(path);
  else openPlaces([path]);
}

function onKey(key: string, line: TreeLine): boolean {
  if (key === 'ArrowRight' && line.kind === 'row') {
    if (line.opens && !line.isOpen) openPlaces([line.path]);
    return true;
  }
  if (key !== 'ArrowLeft') return false;
  if (line.kind === 'row' && line.isOpen) closePlace(line.path);
  else goUp(line);
  return true;
}

function goUp(line: TreeLine): void {
  const up = line.kind === 'more' ? line.path : containerOf(line.path);
  if (up === '') return;
  active.value = `row ${up}`;
  selectedPath.value = up;
}

function attributes(line: TreeLine): Readonly<Record<string, unknown>> {
  if (line.kind === 'more') return { class: 'st-row st-more', 'aria-level': line.level };
  return {
    class: line.change === undefined ? 'st-row' : 'st-row st-changed',
    'data-testid': 'tree-row',
    'data-path': line.path,
    'data-changed': line.change === undefined ? undefined : signOf(line.change),
    'data-value': valueJson(line.kind === 'row' ? line.shown : line.change.after),
    'aria-level': line.level,
    ...(line.kind === 'row' && {
      'data-inside': line.inside?.total,
      'aria-expanded': line.opens ? line.isOpen : undefined,
      'aria-posinset': line.position,
      'aria-setsize': line.total,
    }),
  };
}

const LONGEST_TOLD_VALUE = 4_096;

/** A small value as tagged JSON, for programs. */
function valueJson(of: RowLine['shown'] | undefined): string | undefined {
  if (of === undefined || of.total !== undefined || of.length !== undefined) return undefined;
  const json = JSON.stringify(of.value);
  return json.length <= LONGEST_TOLD_VALUE ? json : undefined;
}

function content(line: TreeLine): JSX.Element {
  const style = { paddingLeft: `${Math.min(line.level, DEEPEST_INDENT) * INDENT}px` };
  if (line.kind === 'more') return <span style={style}>{moreText(line)}</span>;
  return (
    <>
      <span class="st-text-line" style={style}>
        {line.kind === 'row' ? <RowContent of={line} /> : <ChangeContent of={line} />}
      </span>
      <RowButtons path={line.path} opens={line.kind === 'row' && line.opens} />
    </>
  );
}

const INDENT = 12;
/** Deeper places are not indented more: the pane is not endless. Their level is told. */
const DEEPEST_INDENT = 16;

function RowContent({ of: line }: { readonly of: RowLine }): JSX.Element {
  return (
    <>
      <i class="st-caret">{line.opens && <Icon of={line.isOpen ? ChevronDown : ChevronRight} size={12} />}</i>
      {line.level > DEEPEST_INDENT && <span class="st-note">{line.level}</span>}
      <span class="st-key">{keyText(line.key, line.container)}</span>
      {line.change === undefined ? (
        <Value of={line.shown} members={previewOf(line)} />
      ) : (
        <Sides of={line.change} members={previewOf(line)} />
      )}
      {line.inside !== undefined && <InsideChange of={line.inside} from={line.path} />}
    </>
  );
}

/** What changed inside needs the room: it is told in place of the first members. */
function previewOf({ isOpen, inside, members }: RowLine): RowLine['members'] {
  return isOpen || inside !== undefined ? undefined : members;
}

function ChangeContent({ of: { text, change } }: { readonly of: ChangeLine }): JSX.Element {
  return (
    <>
      <i class="st-caret" />
      <span class="st-key">{safeLine(text)}</span>
      <Sides of={change} />
    </>
  );
}

function moreText({ rows, changes, isLoading }: MoreLine): string {
  if (isLoading) return '…';
  const more = [
    ...(rows > 0 ? [`${count(rows)} more`] : []),
    ...(changes > 0 ? [counted(changes, 'more change')] : []),
  ];
  return `… ${more.join(', ')}`;
}
