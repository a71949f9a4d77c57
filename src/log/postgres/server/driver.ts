/**
 * The part of the package `pg` that is used here, and how it is loaded: when a log is opened, and not before. The package is an
 * optional peer, so its types are not imported.
 */
import { messageOf, RefoldError } from '../../../core/errors.ts';

/** What a client of `pg` takes. */
export interface PostgresConnection {
  readonly [option: string]: unknown;
}

export interface Question {
  readonly text: string;
  readonly values: readonly unknown[];
  /** Prepared once on each connection under this name. */
  readonly name?: string;
}

/** A value of a row. Every `int8` of ours is a safe integer. */
export type Cell = string | number | boolean | Buffer | null;

/**
 * How values are read, by the number of their type; everything else stays text. The driver's binary form cannot be used: it decodes
 * every value as UTF-8 on its way.
 */
const PARSERS: Readonly<Record<number, (value: string) => Cell>> = {
  16: (value) => value === 't', // boolean
  17: (value) => Buffer.from(value.slice(2), 'hex'), // bytea
  20: Number, // bigint
  23: Number, // integer
};

/** How answers are given: rows as lists, values read by these parsers. */
export const AS_ROWS: object = {
  rowMode: 'array',
  types: { getTypeParser: (type: number) => PARSERS[type] ?? String },
};

/** What the server says besides an answer. */
export interface Notice {
  /** Which of the server's functions says it: unlike the message, it is never translated. */
  readonly routine?: string;
}

export interface Client {
  connect(): Promise<void>;
  query(question: object): Promise<{ readonly rows: readonly (readonly Cell[])[] }>;
  end(): Promise<void>;
  on(event: 'error' | 'end', listener: () => void): void;
  on(event: 'notice', listener: (notice: Notice) => void): void;
  on(event: 'notification', listener: (message: { readonly payload: string }) => void): void;
  /** Whether the connection keeps the process alive. */
  ref(): void;
  unref(): void;
  /** Ends the connection at once. */
  readonly connection: { readonly stream: { destroy(): void } };
}

interface Module {
  readonly Client: new (options: PostgresConnection) => Client;
}

/** @throws RefoldError `INVALID_OPTION` when the package is not installed */
export async function loadDriver(): Promise<Module> {
  const name = 'pg'; // not a literal: bundlers and the compiler would look for an optional package
  try {
    const loaded = (await import(name)) as { readonly default: Module };
    return loaded.default;
  } catch (cause) {
    throw new RefoldError(
      'INVALID_OPTION',
      `Cannot open a log in PostgreSQL: the package pg cannot be loaded: ${messageOf(cause)}`,
      {
        type: 'log',
        hint: 'Install it beside refold: npm install pg',
        cause,
      },
    );
  }
}
