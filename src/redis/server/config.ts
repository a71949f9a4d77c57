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
  'protected-mode': 'yes',
  maxclients: '10000',
  'maxmemory-clients': '0',
  timeout: '0',
  'tcp-keepalive': '300',
  'tcp-backlog': '511',
  'client-query-buffer-limit': '1073741824',
  'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
  'tls-auth-clients': 'yes',
  'tls-prefer-server-ciphers': 'no',
  'tls-cert-file': '',
  'tls-key-file': '',
  'tls-key-file-pass': '',
  'tls-ca-cert-file': '',
  'tls-ca-cert-dir': '',
  'tls-dh-params-file': '',
  'tls-protocols': '',
  'tls-ciphers': '',
  'tls-ciphersuites': '',
  maxmemory: '0',
  'maxmemory-policy': 'noeviction',
  'maxmemory-samples': '5',
  'lfu-log-factor': '10',
  'lfu-decay-time': '1',
  hz: '10',
  'active-expire-effort': '1',
  'refold-past-states': '2',
  'stream-node-max-entries': '100',
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
