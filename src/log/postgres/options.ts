/** Checks the options of a log in PostgreSQL. An option that cannot be honoured is refused, never ignored. */
import { resolve } from 'node:path';
import { RefoldError } from '../../core/errors.ts';
import { isParts } from '../../core/parts.ts';
import type { PostgresConnection } from './server/driver.ts';
import { SCHEMA_NAME } from './tables/schema.ts';

export interface PostgresLogOptions {
  /** Which log of the schema, 1 to 200 characters. Default: `default`. */
  readonly name?: string;
  /** Where the tables are. Default: `refold`. */
  readonly schema?: string;
  /** How long a writer that stopped keeps others out, in ms, 1,000 to 300,000. Default: 10,000. */
  readonly lease?: number;
  /** After so many ms without an answer a connection counts as lost. Default: 3,000. */
  readonly answerWithin?: number;
  /** How long to look for what became of an append whose connection was lost, in ms. Default: 10,000. */
  readonly settleWithin?: number;
  /** How often a reader asks what other processes have written, in ms. Default: 200. */
  readonly pollEvery?: number;
  /** Whether writers wake readers at once. Default: true. */
  readonly notify?: boolean;
  /** Whether a writer makes missing tables. Default: true. */
  readonly migrate?: boolean;
  /**
   * A file beside this process that remembers the last acknowledged event. A log that has lost it is not opened. Costs a small write
   * to the file for each append. Default: none.
   */
  readonly witness?: string;
  /** Opens a log too that has lost what its witness remembers, and goes on without it. Default: false. */
  readonly acceptLoss?: boolean;
  /** What else the package `pg` takes. */
  readonly connection?: PostgresConnection;
}

/** Options with their defaults. */
export type PostgresSettings = Required<Omit<PostgresLogOptions, 'witness'>> & { readonly witness: string | undefined };

const DEFAULT_SETTINGS: PostgresSettings = {
  name: 'default',
  schema: 'refold',
  lease: 10_000,
  answerWithin: 3_000,
  settleWithin: 10_000,
  pollEvery: 200,
  notify: true,
  migrate: true,
  witness: undefined,
  acceptLoss: false,
  connection: {},
};

const LONGEST_LOG_NAME = 200;
const LEASE_MS = { least: 1_000, most: 300_000 };
/** Node's timers do not wait at all when asked for longer. */
const MOST_MS = 2 ** 31 - 1;

/** What each option must be, and what a person should give. */
const RULES: Readonly<Record<keyof PostgresSettings, readonly [isValid: (value: unknown) => boolean, hint: string]>> = {
  name: [
    (value) => typeof value === 'string' && value.length >= 1 && value.length <= LONGEST_LOG_NAME,
    `Give a name of 1 to ${LONGEST_LOG_NAME} characters`,
  ],
  schema: [
    (value) => typeof value === 'string' && SCHEMA_NAME.test(value),
    'Give a name of small letters, digits and underscores, at most 63, that begins with a letter or an underscore',
  ],
  lease: [isBetween(LEASE_MS.least, LEASE_MS.most), 'Give ms from 1,000 to 300,000'],
  answerWithin: [isBetween(1, MOST_MS), 'Give ms, at least 1'],
  settleWithin: [isBetween(1, MOST_MS), 'Give ms, at least 1'],
  pollEvery: [isBetween(1, MOST_MS), 'Give ms, at least 1'],
  notify: [isBoolean, 'Give true or false'],
  migrate: [isBoolean, 'Give true or false'],
  witness: [(value) => typeof value === 'string' && value !== '', 'Give the path of a file'],
  acceptLoss: [isBoolean, 'Give true or false'],
  connection: [isParts, 'Give an object with options of the package pg'],
};

/** @throws RefoldError `INVALID_OPTION`, naming the option */
export function settingsOf(url: unknown, options: unknown): PostgresSettings {
  if (url !== undefined && !(typeof url === 'string' && URL.canParse(url) && /^postgres(ql)?:/.test(url))) {
    throw badOption('url', 'it is not a URL of PostgreSQL', 'Give postgres://user@host/database');
  }
  if (!isParts(options)) throw badOption('options', 'they are not an object', 'Give an object, or leave it out');
  const settings: Record<string, unknown> = { ...DEFAULT_SETTINGS };
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name as keyof PostgresSettings] : undefined;
    if (rule === undefined)
      throw badOption(name, 'there is no such option', `Known are: ${Object.keys(RULES).join(', ')}`);
    if (value === undefined) continue;
    if (!rule[0](value)) throw badOption(name, 'its value is invalid', rule[1]);
    settings[name] = value;
  }
  const { witness, acceptLoss } = settings as unknown as PostgresSettings;
  if (acceptLoss && witness === undefined)
    throw badOption('acceptLoss', 'no witness knows what is lost', 'Give witness, or leave it out');
  return { ...settings, ...(witness !== undefined && { witness: resolve(witness) }) } as unknown as PostgresSettings;
}

function isBetween(least: number, most: number): (value: unknown) => boolean {
  return (value) => typeof value === 'number' && value >= least && value <= most;
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean';
}

/** The value is not repeated: it may hold a password. */
function badOption(type: string, why: string, hint: string): RefoldError {
  const name = JSON.stringify(type.slice(0, 80));
  return new RefoldError('INVALID_OPTION', `Cannot use the option ${name} of a log in PostgreSQL: ${why}`, {
    type,
    hint,
  });
}
