/**
 * How the numbers of a view are written at a moment before there is what it is of: as at the moment that was shown last. The picture
 * of the heatmap is the same there, so its prices and its title must be, too.
 */
import type { ViewAnswer } from '../../wire.ts';

type Told = Pick<ViewAnswer, 'of' | 'title' | 'priceDecimals' | 'quantityDecimals'>;

/** What each view told last of how it writes, when there was what it is of. */
const told = new Map<string, Told>();

export function withKnownScale(view: ViewAnswer): ViewAnswer {
  const { name, of = '', subjects, title, priceDecimals, quantityDecimals } = view;
  if (subjects === undefined || view.problem !== undefined) return view;
  if (subjects.includes(of)) {
    told.set(name, { of, title: title ?? '', priceDecimals, quantityDecimals });
    return view;
  }
  const known = told.get(name);
  if (known === undefined || (of !== '' && of !== known.of)) return view;
  return { ...view, ...known };
}
