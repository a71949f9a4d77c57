/** For a question that found nothing: whether its path begins with a part that the state does not have. Pure. */
import { namesIn } from '../../../guests/state-path.ts';
import { formatPath, type Path, valueAt } from '../../../index.ts';
import { oneLine } from '../../output/text.ts';

/** A line with what the state has; empty if it has the first part of each path. */
export function hintOnUnknownPart(state: object, paths: readonly Path[]): string {
  const unknown = paths.find(([first]) => first !== undefined && valueAt(state, [first]) === undefined);
  if (unknown === undefined) return '';
  return `${oneLine(`hint: the state does not have ${formatPath(unknown.slice(0, 1))}. ${namesIn(state)}`)}\n`;
}
