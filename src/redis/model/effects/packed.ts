/**
 * Effects with very long values, whose JSON text would be much longer than the values.
 *
 * JSON writes a control character as six characters. A commit is limited to 256 Mi characters, so a value of 64 MiB of such
 * bytes would not fit. The long texts of such an effect are recorded as base64, which is a third longer than the bytes.
 */
import { z } from 'zod';
import { bytes, database, type EffectGroup } from '../catalog.ts';
import type { KeySpace } from '../key-space.ts';

export type PackedEffects = {
  readonly EffectPacked: PackedEffect;
};

export interface PackedEffect {
  readonly db: number;
  /** The key of the packed effect. Absent when the effect names no key, or a long one. */
  readonly key?: string | undefined;
  /** The type of the packed effect. */
  readonly effect: string;
  /** Its data as JSON, where `{ "long": n }` stands for the text number n. */
  readonly data: string;
  /** The long texts, as base64 of latin1. */
  readonly texts: readonly string[];
}

/** Texts from this length on are packed. */
const LONG_CHARACTERS = 1024;
/** JSON text that is so many times longer than the values is worth packing: base64 is 4/3. */
const WORTH = 1.4;

/** The event that records an effect. @param weight its characters, by `weightOf` */
export function eventOf(type: string, data: object, weight: number): EffectEvent {
  const packed = weight < HEAVY_EFFECT ? undefined : packEffect(type, data);
  return packed === undefined ? { type, data } : { type: PACKED, data: packed };
}

/** The effect that an event records; its data is undefined for a packed one that cannot be read. */
export function effectOf<Event extends { readonly type: string; readonly data: unknown }>(event: Event): Event {
  if (event.type !== PACKED) return event;
  const packed = event.data as PackedEffect;
  return { ...event, type: packed.effect, data: unpackEffect(packed) };
}

export interface EffectEvent {
  readonly type: string;
  readonly data: object;
}

const PACKED = 'EffectPacked';

/** The effect to record in place of a heavy one. Undefined when its JSON text is not much longer than its values. */
export function packEffect(effect: string, data: object): PackedEffect | undefined {
  const long = longTextsOf(data);
  const characters = long.reduce((sum, text) => sum + text.length, 0);
  const escaped = long.reduce((sum, text) => sum + escapedLength(text), 0);
  if (escaped <= characters * WORTH) return undefined;
  const { db, key } = data as { readonly db: number; readonly key?: string };
  const texts: string[] = [];
  const json = JSON.stringify(data, (_, value: unknown) =>
    isLong(value) ? { long: texts.push(Buffer.from(value, 'latin1').toString('base64')) - 1 } : value,
  );
  return { db, ...(key !== undefined && !isLong(key) && { key }), effect, data: json, texts };
}

/** The data of a packed effect; undefined when it cannot be read. */
export function unpackEffect({ data, texts }: PackedEffect): object | undefined {
  try {
    return JSON.parse(data, (_, value: unknown) => {
      const long = typeof value === 'object' && value !== null && 'long' in value ? value.long : undefined;
      return typeof long === 'number' ? Buffer.from(texts[long]!, 'base64').toString('latin1') : value;
    }) as object;
  } catch {
    return undefined;
  }
}

/** What unpacking needs of the model. */
export interface Unpacking {
  readonly types: ReadonlyMap<string, { readonly schema: z.ZodType }>;
  readonly reducers: object;
}

/** @param model asked when an effect is folded, because it is made of these effects, too */
export function packedEffects(model: () => Unpacking): EffectGroup<PackedEffects> {
  return {
    events: {
      EffectPacked: z.object({
        db: database,
        key: z.optional(bytes),
        effect: z.string(),
        data: z.string(),
        texts: z.array(z.string()),
      }),
    },
    reducers: {
      EffectPacked: (space, packed) => {
        const { types, reducers } = model();
        const read = types.get(packed.effect)?.schema.safeParse(unpackEffect(packed));
        if (read?.success !== true) return;
        (reducers as Reducers)[packed.effect]!(space, read.data as object);
      },
    },
  };
}

type Reducers = { readonly [type: string]: (space: KeySpace, data: object) => void };

function longTextsOf(value: unknown): string[] {
  if (isLong(value)) return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(longTextsOf) : [];
}

function isLong(value: unknown): value is string {
  return typeof value === 'string' && value.length >= LONG_CHARACTERS;
}

/** Effects of so many characters are packed, if that is worth it. */
export const HEAVY_EFFECT: number = 16 * 1024;

/** The characters that the log takes at most for these texts, in whatever effects they stand. */
export function recordedLength(texts: readonly string[]): number {
  let [others, heavy, heavyEscaped] = [0, 0, 0];
  for (const text of texts) {
    const escaped = escapedLength(text);
    if (text.length >= HEAVY_EFFECT) {
      heavy += text.length;
      heavyEscaped += escaped;
    } else {
      // A long text may be packed together with others that are worth it.
      others += isLong(text) ? Math.max(escaped, Math.ceil(text.length * WORTH)) : escaped;
    }
  }
  return others + Math.min(heavyEscaped, Math.ceil(heavy * WORTH));
}

/** The characters that JSON takes for a latin1 text, without the quotes. */
function escapedLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 32) length += JSON_ESCAPES.has(code) ? 1 : 5;
    else if (code === 34 || code === 92) length++;
  }
  return length;
}

/** Backspace, tab, newline, form feed and carriage return. */
const JSON_ESCAPES: ReadonlySet<number> = new Set([8, 9, 10, 12, 13]);

/** Roughly the characters that an effect takes in the log. */
export function weightOf(data: object): number {
  const members = data as { readonly [name: string]: unknown };
  let weight = 64;
  for (const name in members) {
    const member = members[name];
    if (typeof member === 'string') weight += member.length;
    else if (Array.isArray(member))
      for (const each of member) weight += typeof each === 'string' ? each.length + 3 : 16;
  }
  return weight;
}
