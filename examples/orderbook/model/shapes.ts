/**
 * Bad shapes answer like bad terms: `execute` gives a rejection with a code, and does not throw.
 *
 * A command's input schema would throw before `decide` runs. So the model's commands take any value as their input. They
 * hand what the schema makes of it to `decide`, or refuse what does not fit.
 */
import type { Rejection } from 'refold';
import { z } from 'zod';
import { MAX_QUANTITY } from './events.ts';
import { type RejectionCode, refuse } from './rejections.ts';

/** An input that does not fit its schema, with the answer to it. */
export class Malformed {
  readonly rejection: Rejection;

  constructor(rejection: Rejection) {
    this.rejection = rejection;
  }
}

/** The schema, except that what it would refuse becomes a `Malformed`. */
export function anyShape<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodType<z.output<Schema> | Malformed, z.input<Schema>> {
  const read = (value: unknown): z.output<Schema> | Malformed => {
    const result = schema.safeParse(value);
    return result.success ? result.data : new Malformed(rejectionOf(result.error.issues, value));
  };
  return z.unknown().transform(read) as unknown as z.ZodType<z.output<Schema> | Malformed, z.input<Schema>>;
}

/** A `decide` that refuses what is malformed before the given one sees it. */
export function ofShape<Book, Input, Context, Decision>(
  decide: (book: Book, input: Input, context: Context) => Decision,
): (book: Book, input: Input | Malformed, context: Context) => Decision | Rejection {
  return (book, input, context) => (input instanceof Malformed ? input.rejection : decide(book, input, context));
}

type Issue = Pick<z.core.$ZodIssue, 'path' | 'message'>;

function rejectionOf(issues: readonly Issue[], input: unknown): Rejection {
  const codes = new Set(issues.map((issue) => codeOf(issue, input)));
  const [code] = codes;
  const described = issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  return refuse(codes.size === 1 ? code! : 'INVALID_INPUT', described.join('; '));
}

/** Whole numbers outside the range of a price or a quantity are well-formed wishes that this book cannot serve. */
function codeOf({ path }: Issue, input: unknown): RejectionCode {
  const [name] = path;
  if (name === undefined || path.length > 1) return 'INVALID_INPUT';
  const value = (input as Readonly<Record<PropertyKey, unknown>>)[name];
  if (!Number.isInteger(value)) return 'INVALID_INPUT';
  if (name === 'price' || name === 'stopPrice') return 'PRICE_OUT_OF_RANGE';
  return name === 'quantity' && (value as number) > MAX_QUANTITY ? 'QUANTITY_ABOVE_MAXIMUM' : 'INVALID_INPUT';
}
