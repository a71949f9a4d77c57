/** The parameters of redis.conf, with their present values. */
import type { Config } from '../calls/parts.ts';

const DEFAULTS: { readonly [name: string]: string } = {
  'proto-max-bulk-len': '536870912',
  'notify-keyspace-events': '',
  'slowlog-log-slower-than': '10000',
  'slowlog-max-len': '128',
  'latency-monitor-threshold': '0',
  'tracking-table-max-keys': '1000000',
  requirepass: '',
  'hll-sparse-max-bytes': '3000',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  'maxmemory-samples': '5',
  'lfu-log-factor': '10',
  'lfu-decay-time': '1',
  hz: '10',
  'active-expire-effort': '1',
  'refold-past-states': '2',
  'hash-max-listpack-entries': '512',
  'hash-max-listpack-value': '64',
  'set-max-intset-entries': '512',
  'zset-max-listpack-entries': '128',
  'zset-max-listpack-value': '64',
};

export class ServerConfig implements Config {
  readonly #values = new Map<string, string>(Object.entries(DEFAULTS));

  text(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined) throw new Error(`There is no parameter ${name}`);
    return value;
  }

  number(name: string): number {
    return Number(this.text(name));
  }

  flag(name: string): boolean {
    return this.text(name) === 'yes';
  }

  /** Every value by name. */
  values(): { readonly [name: string]: string } {
    return Object.fromEntries(this.#values);
  }

  set(name: string, value: string): void {
    this.#values.set(name, value);
  }
}
