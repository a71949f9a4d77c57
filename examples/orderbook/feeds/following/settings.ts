/** Reads the settings of a kind, `--set name=value`. */
import { RefoldError } from 'refold';
import { decimalsOf, MAX_DECIMALS } from '../../decimals.ts';

type Settings = Readonly<Record<string, string>>;

/** A number of decimals. @throws RefoldError `INVALID_OPTION` for what is not one */
export function decimalsSetting(settings: Settings, name: string): number | undefined {
  const text = settings[name];
  if (text === undefined) return undefined;
  if (/^\d{1,2}$/.test(text) && Number(text) <= MAX_DECIMALS) return Number(text);
  throw badSetting(name, text, `Give a whole number from 0 to ${MAX_DECIMALS}`);
}

/** What to do about a number that has more decimals than its book. */
export function moreDecimalsHint(name: 'price' | 'size', text: string): string {
  const needed = decimalsOf(text) ?? 0;
  if (needed > MAX_DECIMALS) return `Round it: no book has more than ${MAX_DECIMALS} decimals`;
  return `Import into a new file with --set ${name}-decimals=${needed}`;
}

/** A name. @throws RefoldError `INVALID_OPTION` for an empty one */
export function nameSetting(settings: Settings, name: string): string | undefined {
  const text = settings[name];
  if (text === '') throw badSetting(name, text, 'Give a name');
  return text;
}

/** One of several words. @throws RefoldError `INVALID_OPTION` for another one */
export function wordSetting<Word extends string>(
  settings: Settings,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = settings[name];
  if (text === undefined || words.includes(text as Word)) return text as Word | undefined;
  throw badSetting(name, text, `Give one of ${words.join(', ')}`);
}

export function badSetting(name: string, text: string, hint: string): RefoldError {
  const problem = `the setting ${name} is ${JSON.stringify(text)}`;
  return new RefoldError('INVALID_OPTION', `Cannot import: ${problem}`, { type: '--set', hint });
}
