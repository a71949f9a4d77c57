/** What a golden log of the key space is compared by, besides the hash of its state. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Model } from '../../../src/index.ts';
import type { KeySpace } from '../../../src/redis/model/key-space.ts';
import { digestOfSpace } from '../../../src/redis/plain/plain-value.ts';

/** As DEBUG DIGEST gives it. */
export function digestOf(state: unknown): string {
  return digestOfSpace(state as KeySpace);
}

/** A hash of each effect's schema, by the name of the effect. */
export function schemasOf(model: Pick<Model, 'events'>): { readonly [effect: string]: string } {
  const shapes = Object.entries(model.events).map(([name, schema]) => {
    const shape = z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' });
    return [name, createHash('sha256').update(JSON.stringify(shape)).digest('hex').slice(0, 16)];
  });
  return Object.fromEntries(shapes.sort(([a], [b]) => (a! < b! ? -1 : 1)));
}
