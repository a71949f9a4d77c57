/** Conditions on events: `--where "data.price >= 5800000"`. */
import { type Condition, formatPath, parseCondition, RefoldError } from '../index.ts';
import { EVENT_MEMBERS } from './event-members.ts';

/** @throws RefoldError `INVALID_OPTION` for what is not a condition, or looks at what no event has */
export function parseEventCondition(text: string): Condition {
  const condition = parseCondition(text);
  // A condition on anything else would never hold.
  const wrong = condition.paths.find(([first]) => !EVENT_MEMBERS.includes(first as string));
  if (wrong === undefined) return condition;
  const path = formatPath(wrong);
  throw new RefoldError('INVALID_OPTION', `Cannot select events by ${path}: no event has it`, {
    type: 'where',
    at: path,
    hint: `Write ${formatPath(['data', ...wrong])} for what is in its data; an event has ${EVENT_MEMBERS.join(', ')}`,
  });
}
