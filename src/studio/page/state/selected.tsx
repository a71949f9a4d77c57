/** The selected place with its value: all of a text that fits an answer, the beginning of a longer one. */
import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';
import type { Shown } from '../../wire.ts';
import { count } from '../base/format.ts';
import { safeLine, safeText } from '../base/safe-text.ts';
import { inSight } from '../moment/in-sight.ts';
import { selectedPath, shown } from '../moment/place.ts';
import { copied } from './parts/copying.ts';
import { isPath } from './parts/path-text.ts';
import { RowButtons } from './parts/row-buttons.tsx';
import { Sides } from './parts/value.tsx';
import { absentText, previewText, valueText } from './parts/value-text.ts';
import './selected.css';

/** Members of what opens that are shown. */
const MEMBERS = 20;

export function Selected(): JSX.Element {
  useSignalEffect(() => {
    const path = selectedPath.value;
    inSight('selected', isPath(path) ? { looks: [{ path, from: 0, count: MEMBERS }] } : undefined);
  });
  const path = selectedPath.value;
  return (
    <div class="st-selected" data-testid="selected" data-path={path}>
      <div class="st-bar">
        {path === '' ? (
          <span class="st-note">select a place: c copies its path, v its value, w asks why it is so</span>
        ) : (
          <code class="st-about">{safeLine(path)}</code>
        )}
        <span class="st-note" role="status">
          {copied.value}
        </span>
        {isPath(path) && <RowButtons path={path} opens={isOpening(path)} />}
      </div>
      {path !== '' && <Whole path={path} />}
    </div>
  );
}

function lookedAt(path: string) {
  return shown.value?.look.find((place) => place.path === path && (place.from ?? 0) === 0);
}

function isOpening(path: string): boolean {
  return (lookedAt(path)?.shown?.total ?? 0) > 0;
}

function Whole({ path }: { readonly path: string }): JSX.Element {
  if (!isPath(path)) return <p class="st-whole st-note">this is not a path</p>;
  const change = shown.value?.changes.find((one) => one.path === path);
  const looked = lookedAt(path);
  const rows = looked?.rows?.slice(0, MEMBERS) ?? [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a long value is scrolled by keys
    // biome-ignore lint/a11y/useSemanticElements: it is not a part of a form
    <div class="st-whole" role="group" tabIndex={0} aria-label="The selected value">
      {change !== undefined && (
        <p class="st-changed">
          <Sides of={change} />
        </p>
      )}
      {looked?.shown === undefined ? (
        <p class="st-note">{absentText(looked)}</p>
      ) : (
        <pre>{wholeText(looked.shown, rows)}</pre>
      )}
    </div>
  );
}

/** A text as it is, on as many lines as it has; what opens with its first members. */
function wholeText(of: Shown, rows: Parameters<typeof previewText>[1]): string {
  const { value, length } = of;
  if (rows.length > 0) return previewText(of, rows);
  const { text, note } = valueText(of);
  if (typeof value !== 'string') return note === undefined ? text : `${text}  ${note}`;
  return length === undefined ? safeText(value) : `${safeText(value)}…\n${count(length)} characters`;
}
