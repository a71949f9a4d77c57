/** A configuration for tests of single parts, and calls on a key space without a server. */
import { Call } from '../../../../src/redis/calls/call.ts';
import { Client } from '../../../../src/redis/calls/client.ts';
import type { Config } from '../../../../src/redis/calls/parts.ts';
import { silentParts } from '../../../../src/redis/commands/silent-parts.ts';
import { emptyKeySpace, type KeySpace } from '../../../../src/redis/model/key-space.ts';
import { keySpaceModel } from '../../../../src/redis/model/model.ts';

const DEFAULTS = {
  'maxmemory-policy': 'noeviction',
  maxmemory: '0',
  'maxmemory-clients': '0',
  'maxmemory-samples': '5',
  'lfu-log-factor': '10',
  'lfu-decay-time': '1',
  hz: '10',
  'active-expire-effort': '1',
  'notify-keyspace-events': '',
};

export class FakeConfig implements Config {
  readonly #values: Map<string, string>;

  constructor(values: { readonly [name: string]: string } = {}) {
    this.#values = new Map(Object.entries({ ...DEFAULTS, ...values }));
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }

  text(name: string): string {
    return this.#values.get(name)!;
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  flag(name: string): boolean {
    return this.text(name) === 'yes';
  }
}

export interface FakeCall {
  readonly call: Call;
  readonly space: KeySpace;
  /** What was given, in order. */
  readonly effects: { readonly type: string; readonly data: { readonly db: number; readonly key: string } }[];
  /** What LATENCY was told: events and ms. */
  readonly latencies: (readonly [event: string, ms: number])[];
}

/** A call that changes a new key space. @param now in ms since the epoch */
export function fakeCall(config: Config, now: number): FakeCall {
  const space = emptyKeySpace();
  const effects: FakeCall['effects'] = [];
  const reducers = keySpaceModel.reducers as unknown as { [type: string]: (space: KeySpace, data: object) => void };
  const append = (type: string, data: object): void => {
    effects.push({ type, data: data as FakeCall['effects'][number]['data'] });
    reducers[type]!(space, data);
  };
  const latencies: FakeCall['latencies'] = [];
  const observe = (event: string, ms: number) => latencies.push([event, ms]);
  const observations = { latency: { observe } };
  const parts = { ...silentParts(config, false), pauses: { isPaused: () => false }, observations } as never;
  const circumstances = { space, isPast: false, now, append, fits: () => true, isLarge: () => false };
  return {
    call: new Call([], new Client(0, 0, '', ''), parts, circumstances, false),
    space,
    effects,
    latencies,
  };
}

/** Puts so many keys into a database, each with a text of so many characters. */
export function putKeys(call: Call, db: number, count: number, characters = 100): void {
  for (let at = 0; at < count; at++) call.apply('StringSet', { db, key: `key:${at}`, value: 'x'.repeat(characters) });
}
