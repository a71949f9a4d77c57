/** Finds the views of a module: an export is a view, or a list of views. */
import { type Model, RefoldError } from '../../index.ts';
import { checkView } from './define-view.ts';
import type { View } from './view.ts';

/** Views of one studio. */
const MOST_VIEWS = 16;

/**
 * @param name of the export; without it the default export if it has views, or else the only export that does
 * @throws RefoldError `INVALID_OPTION`: the module has no views of this model under this name, or several with one name
 */
export function pickViews(
  exports: { readonly [name: string]: unknown },
  name: string | undefined,
  model: Model,
): readonly View[] {
  const given = exportOf(exports, name);
  const views = (Array.isArray(given) ? given : [given]).map(checkView);
  if (views.length === 0 || views.length > MOST_VIEWS)
    throw badViews(`there are ${views.length} views`, `Give 1 to ${MOST_VIEWS}`);
  const names = new Set(views.map((view) => view.name));
  if (names.size < views.length) throw badViews('two views have one name', 'Give each view another name');
  const other = views.find((view) => view.model !== model.name);
  if (other === undefined) return views;
  throw badViews(
    `${other.name} is a view of the model ${other.model}, and not of ${model.name}`,
    'Give a view of this model',
  );
}

function exportOf(exports: { readonly [name: string]: unknown }, name: string | undefined): unknown {
  const names = Object.keys(exports).join(', ') || 'none';
  if (name !== undefined) {
    if (Object.hasOwn(exports, name)) return exports[name];
    throw badViews(`there is no export ${name}`, `The exports of the module are ${names}`);
  }
  if (isViews(exports.default)) return exports.default;
  const found = Object.keys(exports).filter((one) => isViews(exports[one]));
  if (found.length === 1) return exports[found[0]!];
  if (found.length > 1) throw badViews('the module exports several', `Name one of them: #${found.join(' or #')}`);
  throw badViews('the module exports no view', `Export what defineView gives; it exports ${names}`);
}

function isViews(value: unknown): boolean {
  const one: unknown = Array.isArray(value) ? value[0] : value;
  return typeof one === 'object' && one !== null && 'panes' in one && 'model' in one;
}

function badViews(problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot load the view: ${problem}`, { type: 'view', hint });
}
