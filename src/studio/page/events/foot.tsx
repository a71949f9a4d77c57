/** The line below the list: what keeps rows from being shown, whether the current event is among them, and how many there are. */
import type { JSX } from 'preact';
import { count, counted } from '../base/format.ts';
import { safeText } from '../base/safe-text.ts';
import { at, log } from '../moment/place.ts';
import { filterProblem, isFiltered, rowIndex } from './counting.ts';
import { currentRow, sequenceAt, windows } from './current-row.ts';

export function Foot(): JSX.Element {
  const problem = windows.problem.value;
  return (
    <div class="ev-foot">
      {problem === undefined ? (
        <span class="ev-note quiet" role="status">
          {note()}
        </span>
      ) : (
        <span class="ev-note" role="status" data-testid="problem" data-code={problem.code} title={problem.hint ?? ''}>
          {safeText(problem.message)}
        </span>
      )}
      <Count />
    </div>
  );
}

function note(): string {
  const index = rowIndex.value;
  if (index.kind === 'all' || filterProblem.value !== undefined) return '';
  if (index.rows === 0) return '';
  const current = currentRow.value;
  const isElsewhere = current?.isCertain === true && sequenceAt(current.row) !== at.value;
  return isElsewhere && at.value > 0 ? `${count(at.value)} is not in the filter` : '';
}

/** `1,204 so far` while it counts, then `1,204 of 98,000`. */
function Count(): JSX.Element {
  const index = rowIndex.value;
  const isComplete = index.kind === 'all' || index.isComplete;
  return (
    <span
      class="ev-count"
      role="status"
      data-testid="filter-count"
      data-complete={isComplete}
      data-matches={index.rows}
    >
      {filterProblem.value === undefined && wordsOfCount(index.rows, isComplete)}
    </span>
  );
}

function wordsOfCount(rows: number, isComplete: boolean): string {
  if (!isFiltered.value) return counted(rows, 'event');
  return isComplete ? `${count(rows)} of ${count(log.value!.events)}` : `${count(rows)} so far`;
}
