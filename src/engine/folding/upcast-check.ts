/**
 * Checks what upcasters give against the present schemas: for `verify` and `checkModel`.
 *
 * The data of an event in the log is what a schema gave, so it is the schema's output. It is checked backwards, as zod encodes.
 * A schema with a transform that has no way back cannot be checked so, and its events are not.
 */
import { describeIssues, grouped, messageOf, type SerializedError } from '../../core/errors.ts';
import type { RecordedEvent } from '../../core/event.ts';
import type { Model } from '../../core/model.ts';
import { shortened } from '../../core/nearest.ts';

interface Unfit {
  readonly recorded: Pick<RecordedEvent, 'type' | 'version' | 'sequence'>;
  readonly into: string;
  readonly why: string;
  count: number;
}

export class UpcastCheck {
  readonly #model: Model;
  /** By the type and version that were recorded, and the type that it became. */
  readonly #found = new Map<string, Unfit>();

  constructor(model: Model) {
    this.#model = model;
  }

  /** Pass it as `onUpcast`. It never throws. */
  readonly look = (present: RecordedEvent, recorded: RecordedEvent): void => {
    const why = whyUnfit(this.#model, present);
    if (why === undefined) return;
    const key = JSON.stringify([recorded.type, recorded.version, present.type]);
    const known = this.#found.get(key);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const { type, version, sequence } = recorded;
    this.#found.set(key, { recorded: { type, version, sequence }, into: present.type, why, count: 1 });
  };

  /** One for each upcaster that gave data which does not fit, in the order of the log. */
  problems(path: string): SerializedError[] {
    return [...this.#found.values()].map(({ recorded: { type, version, sequence }, into, why, count }) => {
      const more = count === 1 ? '' : `, and ${count - 1} more`;
      const what = into === type ? `${type} of version ${version}` : `${type}, which becomes ${into},`;
      return {
        code: 'MODEL_MISMATCH',
        message: `${what} at ${grouped(sequence)}${more} is upcast to data that does not fit the schema of ${into}: ${why}`,
        path,
        type,
        sequence,
        hint:
          into === type
            ? `Correct the upcasters of ${type}: they must give what its schema gives`
            : `Correct from.${type} of ${into}: it must give what the schema of ${into} gives`,
      };
    });
  }
}

/** Why the data of an event does not fit the present schema of its type; undefined if it fits, or if that cannot be said. */
export function whyUnfit(model: Model, { type, data }: RecordedEvent): string | undefined {
  const schema = model.types.get(type)!.schema as Checking;
  try {
    const result = schema.safeEncode === undefined ? schema.safeParse(data) : schema.safeEncode(data);
    return result.success ? undefined : shortened(describeIssues(result.error.issues));
  } catch (error) {
    if (error instanceof Error && error.constructor.name.includes('EncodeError')) return undefined;
    return `its schema threw: ${shortened(messageOf(error))}`;
  }
}

/** What is used of a schema. Only those of zod have `safeEncode`. */
interface Checking {
  safeParse(data: unknown): CheckResult;
  safeEncode?(data: unknown): CheckResult;
}

type CheckResult =
  | { readonly success: true }
  | { readonly success: false; readonly error: { readonly issues: Parameters<typeof describeIssues>[0] } };
