/** The surroundings of a program's reducers: clocks, listeners, unusual arguments and options. */

import { eventOf } from './application.ts';
import { callInside, type EventSpec, type World } from './program.ts';
import { THROWN } from './statements.ts';

const START = 1_700_000_000_000;

const CLOCKS: { readonly [name: string]: (world: World) => () => unknown } = {
  still: () => () => START,
  ticking: () => counting((reading) => START + reading),
  fractions: () => counting((reading) => START + reading / 3),
  back: () => counting((reading) => START - reading * 1_000),
  jumping: () => counting((reading) => (reading % 3 === 0 ? START - 86_400_000 : START + reading)),
  negative: () => counting((reading) => -reading),
  'nan-at-times': () => counting((reading) => (reading % 3 === 0 ? Number.NaN : START + reading)),
  'infinite-at-times': () => counting((reading) => (reading % 4 === 3 ? Number.POSITIVE_INFINITY : START + reading)),
  bigint: () => () => BigInt(START),
  nanoseconds: () => () => START * 1e6,
  'nanoseconds-at-times': () => counting((reading) => (reading % 3 === 0 ? START * 1e6 : START)),
  promise: () => async () => START,
  'a-promise-that-rejects': () => async () => {
    throw new Error('a promise without a handler');
  },
  text: () => () => String(START),
  date: () => () => new Date(START),
  undefined: () => () => undefined,
  'throws-at-times': () =>
    counting((reading) => {
      if (reading % 3 === 2) throw THROWN.bare!();
      return START + reading;
    }),
  throws: () => () => {
    throw new Error('no time');
  },
  appends: (world) => () => {
    callInside(world, 'the clock', 'append');
    return START;
  },
  snapshots: (world) => () => {
    callInside(world, 'the clock', 'snapshot');
    return START;
  },
};

export const CLOCK_NAMES: readonly string[] = Object.keys(CLOCKS);
/** Clocks that a correct application may use. */
export const GOOD_CLOCKS: readonly string[] = ['still', 'ticking', 'fractions', 'back', 'jumping'];

export function clockOf(name: string, world: World): () => number {
  return CLOCKS[name]!(world) as () => number;
}

function counting(give: (reading: number) => unknown): () => unknown {
  let reading = 0;
  return () => give(++reading);
}

const SUBSCRIPTIONS = 20;

/**
 * A listener that subscribes another one at each call. If a new listener got the commit in which it was subscribed,
 * this would never end.
 */
function subscribingAgain(world: World): (events: readonly any[]) => void {
  let subscriptions = 0;
  const listenerSince =
    (commit: number) =>
    ([{ sequence }]: readonly any[]): void => {
      if (sequence === commit) world.seen.push('a listener is called for the commit that it was subscribed in');
      if (++subscriptions < SUBSCRIPTIONS) world.store?.subscribe(listenerSince(sequence));
    };
  return listenerSince(0);
}

const LISTENERS: { readonly [name: string]: (world: World) => ((events: readonly any[]) => unknown) | undefined } = {
  none: () => undefined,
  quiet: () => () => {},
  changes: () => (events) => {
    for (const event of events) {
      event.data.n = -99;
      event.data.part.x = -99;
    }
  },
  'subscribes-again': subscribingAgain,
  'ends-itself': (world) => {
    const end = world.store?.subscribe(() => end());
    return () => end();
  },
  rejects: () => async () => {
    throw new Error('a promise without a handler');
  },
  'rejects-with-nothing': () => () => Promise.reject(Object.create(null)),
  'a-bad-thenable': () => () =>
    Object.defineProperty({}, 'then', {
      get() {
        throw new Error('a getter');
      },
    }),
  appends: (world) => () => callInside(world, 'a listener', 'append'),
  closes: (world) => () => callInside(world, 'a listener', 'flush'),
  ...Object.fromEntries(
    Object.entries(THROWN).map(([name, thrown]) => [
      `throws-${name}`,
      () => () => {
        throw thrown();
      },
    ]),
  ),
};

export const LISTENER_NAMES: readonly string[] = Object.keys(LISTENERS);

export function listenerOf(name: string, world: World): ((events: readonly any[]) => unknown) | undefined {
  return LISTENERS[name]!(world);
}

/** Deceptive arguments. Each is refused, or has the effect of a plain one. */
const ODD_EVENTS: { readonly [name: string]: (event: any, world: World) => unknown } = {
  'getter-appends': (event, world) => ({
    ...event,
    data: {
      ...event.data,
      get part() {
        callInside(world, 'a getter of the input', 'append');
        return { x: 1 };
      },
    },
  }),
  'type-getter-appends': (event, world) => ({
    ...event,
    get type() {
      callInside(world, 'a getter of the input', 'append-once');
      return event.type;
    },
  }),
  'changing-getter': (event) => {
    let reading = 0;
    return {
      ...event,
      data: {
        ...event.data,
        get n() {
          return ++reading;
        },
      },
    };
  },
  'changing-type': (event) => {
    let reading = 0;
    return {
      ...event,
      get type() {
        return ++reading % 2 === 0 ? 'C' : 'D';
      },
    };
  },
  'getter-throws': (event) => ({
    ...event,
    get data() {
      throw THROWN.bare!();
    },
  }),
  'to-json': (event, world) => ({
    ...event,
    data: Object.defineProperty({ ...event.data }, 'toJSON', {
      value: () => {
        callInside(world, 'toJSON', 'append');
        return { n: 5 };
      },
    }),
  }),
  'iterator-appends': (event, world) => ({
    ...event,
    data: {
      ...event.data,
      list: Object.assign([1, 2], {
        *[Symbol.iterator]() {
          callInside(world, 'an iterator', 'append');
          yield 1;
        },
      }),
    },
  }),
  proxy: (event) => new Proxy(event, {}),
  'proxy-data': (event) => ({ ...event, data: new Proxy(event.data, {}) }),
  'proxy-appends': (event, world) => ({
    ...event,
    data: new Proxy(event.data, {
      ownKeys(target) {
        callInside(world, 'a proxy', 'append');
        return Reflect.ownKeys(target);
      },
    }),
  }),
  'proxy-throws': (event) => ({
    ...event,
    data: new Proxy(event.data, {
      get() {
        throw THROWN.symbol!();
      },
    }),
  }),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  frozen: (event) => Object.freeze({ ...event, data: Object.freeze(event.data) }),
  'shared-part': (event) => ({ ...event, data: { ...event.data, list: [event.data.part, event.data.part] } }),
  'of-a-class': (event) => Object.assign(Object.create({ inherited: 1 }), event),
  null: () => null,
  text: () => 'A',
  'no-data': ({ type }) => ({ type }),
  'unknown-type': (event) => ({ ...event, type: 'toString' }),
  'a-date': (event) => ({ ...event, data: { ...event.data, list: [new Date(1)] } }),
  'a-bigint': (event) => ({ ...event, data: { ...event.data, list: [1n] } }),
  'not-a-number': (event) => ({ ...event, data: { ...event.data, list: [Number.NaN] } }),
  'minus-zero': (event) => ({ ...event, data: { ...event.data, n: -0 } }),
  'undefined-members': (event) => ({ ...event, data: { ...event.data, more: undefined, list: [{ a: undefined }] } }),
  holes: (event) => ({ ...event, data: { ...event.data, list: new Array(3) } }),
  cycle: (event) => {
    const list: unknown[] = [];
    list.push(list);
    return { ...event, data: { ...event.data, list } };
  },
  proto: (event) => ({ ...event, data: { ...event.data, list: [JSON.parse('{"__proto__":1}')] } }),
  lone: (event) => ({ ...event, data: { ...event.data, list: ['\ud800'] } }),
  'no-meta': ({ type, data }) => ({ type, data }),
  'odd-meta': (event) => ({ ...event, meta: [1] }),
  'meta-getter-appends': (event, world) => ({
    ...event,
    meta: {
      get by() {
        callInside(world, 'a getter of the meta', 'append');
        return { who: 'g' };
      },
    },
  }),
};

export const ODD_EVENT_NAMES: readonly string[] = Object.keys(ODD_EVENTS);

export function argumentOf(spec: EventSpec, world: World): any {
  const event = eventOf(spec);
  return spec.odd === undefined ? event : ODD_EVENTS[spec.odd]!(event, world);
}

const ODD_OPTIONS: { readonly [name: string]: (world: World, options: object) => unknown } = {
  unknown: (_, options) => ({ ...options, expectedSequense: 9 }),
  null: () => null,
  text: () => 'options',
  'fraction-expected': (_, options) => ({ ...options, expectedSequence: 0.5 }),
  'text-expected': (_, options) => ({ ...options, expectedSequence: '0' }),
  'empty-id': (_, options) => ({ ...options, commandId: '' }),
  'lone-id': (_, options) => ({ ...options, commandId: '\ud800' }),
  'number-id': (_, options) => ({ ...options, commandId: 7 }),
  'getter-appends': (world) => ({
    get commandId() {
      callInside(world, 'a getter of the options', 'append');
      return 'from-a-getter';
    },
  }),
  'getter-throws': () => ({
    get expectedSequence() {
      throw THROWN.bare!();
    },
  }),
};

export const ODD_OPTION_NAMES: readonly string[] = Object.keys(ODD_OPTIONS);

export function optionsOf(name: string | undefined, options: object, world: World): any {
  return name === undefined ? options : ODD_OPTIONS[name]!(world, options);
}
