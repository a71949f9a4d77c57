/** The model of the workload `shape`: a large cart with many lines, kept in one of several shapes. */
import { ascending, Deque, defineModel, OrderedMap } from 'refold';
import { z } from 'zod';

interface Line {
  product: string;
  quantity: number;
}

interface Shape {
  readonly words: string;
  /** Whether a commit copies all lines to change one. */
  readonly isCopied: boolean;
  readonly initialState: (lines: readonly Line[]) => object;
  readonly change: (state: any, line: number) => void;
}

const CART = 'c1';
const entriesOf = (lines: readonly Line[]): [number, Line][] => [...lines.entries()];
/** A cart with its lines in a container. */
const inCart = (hold: (lines: readonly Line[]) => unknown) => (lines: readonly Line[]) => ({
  carts: new Map([[CART, { owner: 'somebody', lines: hold(lines) }]]),
});

export const SHAPES = {
  map: {
    words: 'a Map in its entry',
    isCopied: false,
    initialState: inCart((lines) => new Map(entriesOf(lines))),
    change: ({ carts }, line) => void carts.get(CART).lines.get(line).quantity++,
  },
  composite: {
    words: 'a table with a composite key',
    isCopied: false,
    initialState: (lines) => ({ lines: new Map(entriesOf(lines).map(([n, line]) => [`${CART}/${n}`, line])) }),
    change: ({ lines }, line) => void lines.get(`${CART}/${line}`).quantity++,
  },
  ordered: {
    words: 'an OrderedMap in its entry',
    isCopied: false,
    initialState: inCart((lines) => new OrderedMap(ascending<number>, entriesOf(lines))),
    change: ({ carts }, line) => void carts.get(CART).lines.get(line).quantity++,
  },
  deque: {
    words: 'a Deque in its entry',
    isCopied: false,
    initialState: inCart((lines) => new Deque(lines)),
    change: ({ carts }, line) => void carts.get(CART).lines.at(line).quantity++,
  },
  array: {
    words: 'an array in its entry',
    isCopied: true,
    initialState: inCart((lines) => [...lines]),
    change: ({ carts }, line) => void carts.get(CART).lines[line].quantity++,
  },
  object: {
    words: 'an object in its entry',
    isCopied: true,
    initialState: inCart((lines) => Object.fromEntries(entriesOf(lines).map(([n, line]) => [`line-${n}`, line]))),
    change: ({ carts }, line) => void carts.get(CART).lines[`line-${line}`].quantity++,
  },
} as const satisfies Record<string, Shape>;

export type ShapeName = keyof typeof SHAPES;

/** A model whose state holds so many lines from the beginning, in that shape. */
export function cartsAs(name: ShapeName, count: number) {
  const { initialState, change }: Shape = SHAPES[name];
  return defineModel({
    name: `carts-${name}`,
    events: { LineChanged: z.object({ line: z.int() }) },
    initialState: () => initialState(Array.from({ length: count }, (_, n) => ({ product: `p${n}`, quantity: 1 }))),
    reducers: { LineChanged: (state, { line }) => change(state, line) },
  });
}
