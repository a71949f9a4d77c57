/** Reads the settings of a kind, `--set name=value`. */
import { RefoldError } from 'refold';
import { MAX_DECIMALS } from '../../decimals.ts';

type Settings = Readonly<Record<string, string>>;

/** A number of decimals. @throws RefoldError `INVALID_OPTION` for what is not one */
export function decimalsSetting(settings: Settings, name: string): number | undefined {
  const text = settings[name];
  if (text === undefined) return undefined;
  if (/^\d{1,2}$/.test(text) && Number(text) <= MAX_DECIMALS) return Number(text);
  throw badSetting(name, text, `Give a whole number from 0 to ${MAX_DECIMALS}`);
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
