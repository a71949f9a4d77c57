/** The options of `studio`: read, and checked together. Pure. */
import { type Command, Option } from 'commander';
import { RefoldError } from 'refold';
import { MADE_UP_DAY } from '../demo/flow.ts';
import { parseInteger } from '../feeds/reading/csv.ts';

/** Options as the command line gives them. */
export interface StudioFlags {
  readonly db?: string;
  readonly levels?: number;
  readonly port?: number;
  readonly commands?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** A book in a file, or a day that is traded while the studio is open. */
export type StudioPlan =
  | { readonly db: string; readonly levels: number | undefined }
  | { readonly commands: number; readonly rate: number; readonly seed: number };

const RATE = 500;
const LAST_PORT = 65_535;

/** Adds the options to a command. Their defaults are told, and set by `planStudio`: it must know what was given. */
export function withStudioOptions(command: Command): Command {
  const { commands, seed } = MADE_UP_DAY;
  return command
    .option('--db <file>', 'show this book; without it a made-up day is traded while you look')
    .addOption(countOption('--levels <count>', 'with --db: how many levels of each side are known'))
    .addOption(countOption('--commands <count>', `how many commands the day has (default: ${commands})`))
    .addOption(countOption('--rate <count>', `commands a second (default: ${RATE})`))
    .addOption(
      countOption('--seed <number>', `seed of the day: the same seed gives the same day (default: ${seed})`, 0),
    )
    .addOption(countOption('--port <port>', 'default 7336, or the next free one; 0 takes any free one', 0, LAST_PORT))
    .option('--json', 'print what is open as one JSON object');
}

/** An option whose value is a whole number within bounds. */
function countOption(flags: string, description: string, least = 1, most?: number): Option {
  const option = new Option(flags, description);
  return option.argParser((text) => parseCount(text, option.long!, least, most));
}

/**
 * What the options mean together.
 *
 * @throws RefoldError `INVALID_OPTION` for an option that has no meaning beside another one
 */
export function planStudio({ db, levels, commands, rate, seed }: StudioFlags): StudioPlan {
  if (db === undefined) {
    if (levels !== undefined) throw cannotOpen('--levels', 'the made-up day knows all levels', 'Give --db too');
    return { commands: commands ?? MADE_UP_DAY.commands, rate: rate ?? RATE, seed: seed ?? MADE_UP_DAY.seed };
  }
  for (const [flag, value] of Object.entries({ '--commands': commands, '--rate': rate, '--seed': seed })) {
    if (value !== undefined)
      throw cannotOpen(flag, `${flag} is of a made-up day, and --db shows a book`, 'Leave out one of them');
  }
  return { db, levels };
}

function parseCount(text: string, flag: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = parseInteger(text);
  if (value !== undefined && value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw cannotOpen(flag, `${flag} ${JSON.stringify(text)} is not such a number`, `Give a whole number ${range}`);
}

function cannotOpen(type: string, problem: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot open the studio: ${problem}`, { type, hint });
}
