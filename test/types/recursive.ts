/** Type tests of values other than flat objects: JSON, recursive types, branded primitives. Compiled, never run. */
import { z } from 'zod';
import {
  ascending,
  type CatalogOf,
  type DeepReadonly,
  defineModel,
  type EventOf,
  type Json,
  OrderedMap,
  openStore,
  type RecordedEventOf,
} from '../../src/index.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function assertType<_T extends true>(): void {}

type Sku = string & z.$brand<'Sku'>;
type Cents = number & { readonly unit: 'cents' };
type Flag = boolean & { readonly flag: true };
type Big = bigint & { readonly big: true };
type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
type Nested = number | readonly Nested[];

interface Tree {
  value: Cents;
  children: Tree[];
  byName: Map<string, Tree>;
  parent?: Tree;
}

const Node = z.object({
  id: z.string().brand<'Sku'>(),
  get children() {
    return z.array(Node);
  },
});

const model = defineModel({
  name: 'documents',
  events: {
    Saved: z.object({ id: z.string().brand<'Sku'>(), body: z.json() }),
    Listed: z.object({ body: z.record(z.string(), z.json()), list: z.array(z.json()) }),
    Bare: z.json(),
    Grown: Node,
  },
  initialState: () => ({
    bodies: new Map<Sku, z.core.util.JSONType>(),
    sorted: new OrderedMap<number, JsonValue>(ascending),
    value: null as JsonValue,
    json: null as Json,
    tree: undefined as Tree | undefined,
    price: 0 as Cents,
  }),
  reducers: {
    Saved(state, data) {
      state.bodies.set(data.id, data.body);
      state.sorted.set(1, data.body);
    },
    Listed(state, data) {
      state.value = data.body;
    },
    Bare(state, data) {
      state.value = data;
    },
    Grown(_state, data) {
      const [first] = data.children;
      if (first) assertType<Equal<typeof first.id, Sku>>();
    },
  },
  commands: {
    save: {
      input: z.object({ id: z.string(), body: z.json() }),
      decide: (state, { id, body }) => {
        assertType<Equal<typeof state.price, Cents>>();
        return { type: 'Saved', data: { id, body } };
      },
    },
  },
});

type Catalog = CatalogOf<typeof model>;
assertType<Equal<EventOf<Catalog>['type'], 'Saved' | 'Listed' | 'Bare' | 'Grown'>>();
assertType<Equal<RecordedEventOf<Catalog, 'Saved'>['data']['id'], Sku>>();

export async function usage(value: DeepReadonly<JsonValue>, tree: DeepReadonly<Tree>): Promise<void> {
  await using store = await openStore(model, { path: ':memory:' });
  await store.append({ type: 'Saved', data: { id: 'a', body: { list: [1, null, { deep: [true] }] } } });
  await store.append({ type: 'Bare', data: [1, [2, ['x']]] });
  await store.execute('save', { id: 'a', body: [[[]]] });
  // @ts-expect-error a function is not JSON
  await store.append({ type: 'Bare', data: () => 1 });
  for await (const event of store.events({ types: ['Saved', 'Bare'] })) {
    if (event.type === 'Saved') assertType<Equal<typeof event.data.id, Sku>>();
  }
  const body: DeepReadonly<JsonValue> | undefined = store.state.bodies.get('a' as Sku);
  void body;
  const list = value as DeepReadonly<JsonValue[]>;
  // @ts-expect-error JSON in the state is read-only at every level
  list.push(1);
  const object = value as DeepReadonly<{ [key: string]: JsonValue }>;
  // @ts-expect-error also as an object
  object.a = 1;
  assertType<Equal<typeof tree.value, Cents>>();
  // @ts-expect-error a tree is read-only at every level
  tree.children[0]?.children[0]?.byName.delete('x');
}

assertType<Equal<DeepReadonly<Sku>, Sku>>();
assertType<Equal<DeepReadonly<Cents>, Cents>>();
assertType<Equal<DeepReadonly<Flag>, Flag>>();
assertType<Equal<DeepReadonly<Big>, Big>>();
assertType<Equal<DeepReadonly<{ price: Cents; of: Sku[] }>, { readonly price: Cents; readonly of: readonly Sku[] }>>();
assertType<Equal<DeepReadonly<Map<Sku, Cents>>, ReadonlyMap<Sku, Cents>>>();
assertType<Equal<DeepReadonly<Json>, Json>>();
assertType<Equal<DeepReadonly<string | undefined>, string | undefined>>();
assertType<Equal<DeepReadonly<[number, { x: string[] }]>, readonly [number, { readonly x: readonly string[] }]>>();
assertType<Equal<DeepReadonly<[string, ...number[]]>, readonly [string, ...number[]]>>();
assertType<Equal<DeepReadonly<[string, number?]>, readonly [string, number?]>>();
declare const nested: DeepReadonly<Nested>;
export const inner: DeepReadonly<Nested> | undefined = typeof nested === 'number' ? nested : nested[0];
