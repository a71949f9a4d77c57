/**
 * What the schemas are made of.
 *
 * A member that is not the same at every run is marked in its schema: `varies` gives what stands for it in a golden file. Everything
 * else is compared as it is.
 */
import { z } from 'zod';

/** A member that differs from run to run, or from one machine to another. */
export function varies(schema: z.ZodType, placeholder: string): z.ZodType {
  return z.pipe(
    schema,
    z.transform(() => placeholder),
  );
}

/** Text that may name the folder of the test, or that of its models. */
export function located(schema: z.ZodType<string>): z.ZodType {
  return z.pipe(
    schema,
    z.transform((text: string) => text.replaceAll(FOLDERS, '')),
  );
}

const FOLDERS = /(?:\/[\w.-]+)*\/(?:refold-json-\w+(?:\/\w+)?|test\/cli\/fixtures)\//g;

const NO_TIME = '<milliseconds>';
const NO_SIZE = '<bytes>';

export const sequence: z.ZodType = z.int().min(0);
export const count: z.ZodType = z.int().min(0);
/** Milliseconds since the epoch. */
export const time: z.ZodType = z.int().describe('milliseconds since the epoch');
export const name: z.ZodType = z.string();
export const path: z.ZodType = located(z.string());
export const told: z.ZodType = varies(z.string().describe('for people; its words may change'), '<text>');
export const hash: z.ZodType = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('hash over the state, hex');
/** The same at every run: bytes of payloads that are not compressed. */
export const bytes: z.ZodType = z.int().min(0).describe('bytes');
/** Bytes that depend on the versions of SQLite and zlib, and on the machine. */
export const size: z.ZodType = varies(z.int().min(0).describe('bytes'), NO_SIZE);
export const elapsed: z.ZodType = varies(z.number().min(0).describe('milliseconds'), NO_TIME);
export const seconds: z.ZodType = varies(z.number().min(0).describe('seconds'), '<seconds>');
export const rate: z.ZodType = varies(z.number().min(0).describe('events per second'), '<events/s>');

/** A value of a state. It may hold null, and null stays null. A member that is not there has no such value. */
export const stateValue: z.ZodType = z
  .union([z.null(), z.boolean(), z.number(), z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())])
  .meta({ id: 'stateValue', description: 'a value of a state, with tags such as {"$map": …} for what JSON lacks' });

export const range: z.ZodType = z.strictObject({ from: sequence, to: sequence });

/** An error, and a finding of a check. */
export const failure: z.ZodType = z
  .strictObject({
    code: z.string().regex(/^[A-Z_]+$/),
    message: told,
    hint: told.optional(),
    path: path.optional(),
    line: count.optional(),
    sequence: sequence.optional(),
    index: count.optional(),
    type: name.optional(),
    at: name.optional(),
    issues: z
      .array(z.looseObject({ message: z.string(), path: z.array(z.union([z.string(), z.number()])) }))
      .optional(),
  })
  .meta({ id: 'failure', description: 'what went wrong, where, and what to do' });
