/** A table of a view: its first rows, as the view gives them. */
import type { JSX } from 'preact';
import type { TableAnswer } from '../../wire.ts';
import { count } from '../base/format.ts';
import { safeLine } from '../base/safe-text.ts';

export function ViewTable({ name, table }: { readonly name: string; readonly table: TableAnswer }): JSX.Element {
  const { columns, rows, total } = table;
  const decimals = columns.map((_, column) => Math.max(0, ...rows.map((row) => decimalsOf(row[column] ?? null))));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be reached by keys
    <section class="bk-table" data-pane={name} data-testid="view-table" tabIndex={0} aria-label={safeLine(name)}>
      <table>
        {rows.length < total && (
          <caption class="quiet">
            the first {count(rows.length)} of {count(total)} rows
          </caption>
        )}
        <thead>
          <tr>
            {columns.map((column, index) => (
              <th key={index} scope="col" class={isNumber(rows, index) ? 'number' : undefined}>
                {safeLine(column)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((value, column) => (
                <td key={column} class={typeof value === 'number' ? 'number' : undefined}>
                  {valueText(value, decimals[column]!)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {total === 0 && <p class="bk-end quiet">no rows</p>}
    </section>
  );
}

/** Whether a column has numbers alone, and something at all. */
function isNumber(rows: TableAnswer['rows'], column: number): boolean {
  const values = rows.map((row) => row[column] ?? null).filter((value) => value !== null);
  return values.length > 0 && values.every((value) => typeof value === 'number');
}

function valueText(value: string | number | boolean | null, decimals: number): string {
  if (value === null) return '–';
  if (typeof value !== 'number') return safeLine(String(value));
  return Number.isInteger(value) && decimals === 0 ? count(value) : value.toFixed(decimals);
}

/** Numbers of a column have the same decimals, so that their digits are aligned. Very many of them are cut. */
function decimalsOf(value: string | number | boolean | null): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || Number.isInteger(value)) return 0;
  const [, digits] = /\.(\d+)$/.exec(String(value)) ?? [];
  return Math.min(MOST_TOLD_DECIMALS, digits?.length ?? MOST_TOLD_DECIMALS);
}

const MOST_TOLD_DECIMALS = 8;
