/**
 * How a group of effects is written: schemas and reducers side by side.
 *
 * Reducers are total. Every effect on every state ends without an error: an effect that does not fit (another kind of value,
 * a key that is not there) changes nothing. Commands check before they give an effect, so this never happens to an honest
 * log.
 */
import { z } from 'zod';
import type { KeySpace } from './key-space.ts';

/** Bytes as latin1 text, one character a byte. */
export const bytes: z.ZodString = z.string();

/** A list of them. */
export const texts: z.ZodType<readonly string[], readonly string[]> = z.array(bytes);

/** The number of a database, as the client selected it. */
export const database: z.ZodNumber = z.number().int().min(0).max(15);

/** Milliseconds since the epoch. */
export const time: z.ZodNumber = z.number().int();

/** A number of entries, or an index: from 0. */
export const count: z.ZodNumber = z.number().int().min(0);

/** Effects of one group: a schema and a reducer for each. */
export interface EffectGroup<P> {
  readonly events: { readonly [Type in keyof P]: z.ZodType<P[Type], P[Type]> };
  readonly reducers: { readonly [Type in keyof P]: (space: KeySpace, data: P[Type]) => void };
}

/** An effect on one key. */
export interface OnKey {
  readonly db: number;
  readonly key: string;
}

/** The members of `OnKey`, for schemas. */
export const onKey: { readonly db: z.ZodNumber; readonly key: z.ZodString } = { db: database, key: bytes };
