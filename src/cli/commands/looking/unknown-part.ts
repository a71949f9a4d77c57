/** For a question that found nothing: whether its path begins with a part that the state does not have. Pure. */
import { formatPath, type Path, valueAt } from '../../../index.ts';
import { hanging } from '../../output/lines.ts';
import { oneLine } from '../../output/text.ts';

/** Names that a hint lists. */
const NAMES_LISTED = 10;

/** A line with what the state has; empty if it has the first part of each path. */
export function hintOnUnknownPart(state: object, paths: readonly Path[]): string {
  const unknown = paths.find(([first]) => first !== undefined && valueAt(state, [first]) === undefined);
  if (unknown === undefined) return '';
  const names = Object.keys(state);
  const listed = [...names.slice(0, NAMES_LISTED), ...(names.length > NAMES_LISTED ? ['…'] : [])].join(', ');
  const first = formatPath(unknown.slice(0, 1));
  return hanging('hint: ', oneLine(`the state does not have ${first}; it has ${listed || 'nothing'}`));
}
