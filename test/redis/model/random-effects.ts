/**
 * Random effects of every type in the catalog. Their shapes are taken from the schemas, so a new effect needs no line here.
 */
import { z } from 'zod';
import { keySpaceModel } from '../../../src/redis/model/model.ts';
import type { Chance } from '../../faults/judging/chance.ts';

export interface RandomEffect {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What this needs of a JSON Schema. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape | false;
  readonly prefixItems?: readonly Shape[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

const KEYS = ['a', 'b', 'c', 'd', '', '__proto__', '\xff\0'];
const TEXTS = ['', 'x', 'y', '17', '-3', 'longer than others', '__proto__', '\0\xff', 'constructor'];
/** Spellings that only some members take: ids of streams, and numbers that JSON has no words for. */
const SPECIAL_TEXTS = [
  '0'.repeat(32),
  `${'0'.repeat(15)}10000000000000001`,
  `${'0'.repeat(15)}20000000000000000`,
  'f'.repeat(32),
  '0-0',
  '1-1',
  '5-0',
  'inf',
  '-inf',
  '-0',
  'AA==',
];
const NUMBERS = [0, 1, 2, 3, 5, 7, 8, 100, 1_000, -1, -5, 1.5, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER];
/** A larger size or place is a fault of the command, which checks the limits. The test does not allocate that much. */
const MODEST = 70_000;
/** Members that name keys of the key space, and databases. */
const KEY_MEMBERS = /key$/i;
const DATABASE_MEMBERS = /db$/i;
const PLACE_MEMBERS = /offset|length|size/i;

const SHAPES: readonly (readonly [type: string, shape: Shape])[] = Object.entries(keySpaceModel.events).map(
  ([type, schema]) => [type, z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as Shape],
);

export const EFFECT_TYPES: readonly string[] = SHAPES.map(([type]) => type);

/** An effect of any type. One that would empty a database comes rarely, so that there is something to change. */
export function randomEffect(chance: Chance): RandomEffect {
  const [type, shape] = chance.pick(SHAPES);
  if (type === 'DatabaseFlushed' && chance.below(20) > 0) return randomEffect(chance);
  return effectOf(type, shape, chance);
}

export function randomEffectOf(type: string, chance: Chance): RandomEffect {
  return effectOf(type, SHAPES.find(([name]) => name === type)![1], chance);
}

function effectOf(type: string, shape: Shape, chance: Chance): RandomEffect {
  return { type, data: randomValue(shape, type, chance) as RandomEffect['data'] };
}

function randomValue(shape: Shape, name: string, chance: Chance): unknown {
  if (shape.const !== undefined) return shape.const;
  if (shape.enum !== undefined) return chance.pick(shape.enum);
  if (shape.anyOf !== undefined) return randomValue(chance.pick(shape.anyOf), name, chance);
  switch (shape.type) {
    case 'object':
      return objectOf(shape, chance);
    case 'array':
      return arrayOf(shape, name, chance);
    case 'string':
      return textOf(shape, name, chance);
    case 'integer':
    case 'number':
      return numberOf(shape, name, chance);
    case 'boolean':
      return chance.below(2) === 0;
    case 'null':
      return null;
    default:
      throw new Error(`No random values are made for ${JSON.stringify(shape)} of ${name}`);
  }
}

function objectOf({ properties = {}, required = [] }: Shape, chance: Chance): Record<string, unknown> {
  const entries = Object.entries(properties)
    .filter(([name]) => required.includes(name) || chance.below(2) === 0)
    .map(([name, shape]) => [name, randomValue(shape, name, chance)] as const);
  return Object.fromEntries(entries);
}

function arrayOf(
  { items, prefixItems = [], minItems = 0, maxItems = 5 }: Shape,
  name: string,
  chance: Chance,
): unknown[] {
  const fixed = prefixItems.map((shape) => randomValue(shape, name, chance));
  if (items === undefined || items === false) return fixed;
  const count = Math.max(minItems, chance.below(maxItems + 1));
  return [...fixed, ...Array.from({ length: count }, () => randomValue(items, name, chance))];
}

function textOf({ pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY }: Shape, name: string, chance: Chance) {
  if (KEY_MEMBERS.test(name)) return chance.pick(KEYS);
  const texts = chance.below(4) === 0 || pattern !== undefined ? [...TEXTS, ...SPECIAL_TEXTS] : TEXTS;
  const fitting = texts.filter((text) => {
    return text.length >= minLength && text.length <= maxLength && (!pattern || new RegExp(pattern).test(text));
  });
  if (fitting.length === 0) throw new Error(`No random text is known for ${pattern} of ${name}`);
  return chance.pick(fitting);
}

function numberOf(shape: Shape, name: string, chance: Chance): number {
  if (DATABASE_MEMBERS.test(name)) return chance.below(3);
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape;
  const fitting = NUMBERS.filter((number) => {
    if (shape.type === 'integer' && !Number.isInteger(number)) return false;
    if (PLACE_MEMBERS.test(name) && number > MODEST) return false;
    return number >= minimum && number <= maximum && number > (shape.exclusiveMinimum ?? Number.NEGATIVE_INFINITY);
  });
  return fitting.length === 0 ? Math.max(minimum, Math.min(maximum, 0)) : chance.pick(fitting);
}
