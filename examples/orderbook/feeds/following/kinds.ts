/** The kinds of feeds that `import` reads. */
import { RefoldError } from 'refold';
import type { FeedKind } from './feed-kind.ts';
import { itch } from './itch.ts';
import { l2 } from './l2/kind.ts';
import { l3 } from './l3/kind.ts';
import { lobster } from './lobster.ts';
import { mbo } from './mbo/kind.ts';

export const KINDS: Readonly<Record<string, FeedKind>> = {
  lobster,
  itch,
  mbo,
  l2,
  l3,
};

/** Commands of matching mode, which have the names of feeds. */
const MATCHING: ReadonlySet<string> = new Set(['tape', 'consensus']);

/** @throws RefoldError `INVALID_OPTION` for a name that is not a kind */
export function kindOf(name: string): FeedKind {
  if (Object.hasOwn(KINDS, name)) return KINDS[name]!;
  const kinds = Object.entries(KINDS).map(([kind, { about }]) => `${kind} (${about})`);
  const hint = MATCHING.has(name)
    ? `It holds commands, not what a feed says: run it through the matching engine with: ${name} FILE`
    : `Give one of: ${kinds.join('; ')}`;
  throw new RefoldError('INVALID_OPTION', `Cannot import ${JSON.stringify(name)}: there is no such kind of feed`, {
    type: 'KIND',
    hint,
  });
}

/** The settings of a kind, from `name=value`. @throws RefoldError `INVALID_OPTION` */
export function parseSettings(name: string, texts: readonly string[]): Readonly<Record<string, string>> {
  const { settings = {} } = kindOf(name);
  const known = Object.entries(settings).map(([setting, what]) => `${setting} (${what})`);
  const given: Record<string, string> = {};
  for (const text of texts) {
    const [setting = '', ...value] = text.split('=');
    if (Object.hasOwn(settings, setting) && value.length > 0) given[setting] = value.join('=');
    else {
      throw new RefoldError('INVALID_OPTION', `Cannot import ${name}: it has no setting ${JSON.stringify(text)}`, {
        type: '--set',
        hint: known.length === 0 ? `${name} has no settings` : `Give name=value of: ${known.join('; ')}`,
      });
    }
  }
  return given;
}
