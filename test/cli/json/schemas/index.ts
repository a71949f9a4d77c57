/** What each command prints with `--json`, by its name, and what all of them print. */
import { z } from 'zod';
import { backup, compact, redact, repair, restore, retag, snapshot } from './keeping.ts';
import { bisect, diff, doctor, rehearse, why } from './looking.ts';
import { failure } from './members.ts';
import { copied, exported, imported, logs, schema } from './moving.ts';
import { at, check, completion, event, info, replay, state, studio, verify } from './reading.ts';

/** The last line of a command that failed. */
export const error: z.ZodType = z.strictObject({ error: failure });

export { event };

/** The one object that a command prints. */
export const ANSWERS: { readonly [command: string]: z.ZodType } = {
  info,
  state,
  at,
  diff,
  why,
  bisect,
  rehearse,
  replay,
  verify,
  check,
  doctor,
  snapshot,
  compact,
  retag,
  redact,
  backup,
  restore,
  repair,
  export: exported,
  import: imported,
  copy: copied,
  logs,
  schema,
  completion,
  studio,
};

/** Commands that print a line for each event: `export` without a file to write, and `replay` with `--speed`. */
export const PRINTS_EVENTS: readonly string[] = ['events', 'export', 'replay'];

/** Commands without `--json`. */
export const WITHOUT_JSON: readonly string[] = ['serve'];

/** The schemas as files of JSON Schema, by name. Later releases may add members, so none is forbidden there. */
export function schemaFiles(): Map<string, string> {
  const all = Object.entries({ ...ANSWERS, event, error });
  return new Map(
    all.map(([name, answer]) => [`${name}.schema.json`, `${JSON.stringify(fileOf(name, answer), null, 2)}\n`]),
  );
}

function fileOf(name: string, answer: z.ZodType): object {
  const { $schema, ...rest } = z.toJSONSchema(answer, {
    io: 'input',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  return { $schema, title: titleOf(name), ...rest };
}

function titleOf(name: string): string {
  if (name === 'event') return 'An event as a line of refold events, refold export and refold replay --speed';
  if (name === 'error') return 'The last line of a command of refold that failed, with --json';
  return `The answer of refold ${name} --json`;
}
