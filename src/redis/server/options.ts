/** The options of the server, and what follows from them. */
import { resolve } from 'node:path';
import { type History, type Position, RefoldError } from '../../index.ts';
import type { Moment } from '../calls/contracts/past.ts';
import type { ServerConfig } from './config/server-config.ts';
import { type ConfigRecord, settingsOf } from './config/settings.ts';

export interface RedisServerOptions {
  /** The log's file, created if it does not exist, or `':memory:'`. Default `redis.db` in the folder that `dir` names. */
  readonly path?: string | undefined;
  /** Default 6379, or what the configuration says; 0 takes a free port. */
  readonly port?: number | undefined;
  /** The addresses to listen on, as `bind` has them; default 127.0.0.1 and ::1. */
  readonly host?: string | undefined;
  /** A file in the syntax of redis.conf. CONFIG REWRITE writes it. */
  readonly configFile?: string | undefined;
  /** Parameters of redis.conf by name. They win over the file. */
  readonly config?: ConfigRecord | undefined;
  /** The same as `appendfsync` in the words of `openStore`: os means no. Default `everysec`. */
  readonly durability?: 'always' | 'everysec' | 'os' | undefined;
  /** What of the history is kept; default the newest 10 GB. */
  readonly history?: History | undefined;
  /** Whether each effect records command, client and user; default false. */
  readonly audit?: boolean | undefined;
  /** Serves reads of a file that another process may write, and follows it; default false. */
  readonly readOnly?: boolean | undefined;
  /** How long the start waits for another process that writes the file, in ms; default 3,000. Refused with `readOnly`. */
  readonly waitForLock?: number | undefined;
  /** With `readOnly`, serves the state of this moment, which stays as it is. Default: the newest state. */
  readonly at?: Position | undefined;
  /** Called when the server has to give up, because its file can neither be written nor read. Default: it is closed. */
  readonly onLost?: ((error: unknown) => void) | undefined;
  /** Called when SHUTDOWN has ended the server. */
  readonly onShutdown?: (() => void) | undefined;
  /** Takes the lines of the server's log; default stderr. */
  readonly log?: ((line: string) => void) | undefined;
}

/** `RedisServerOptions` with every default in place. */
export interface ServerSettings {
  readonly config: ServerConfig;
  readonly users: readonly string[];
  readonly path: string;
  /** 0 takes a free port; undefined listens on none. */
  readonly port: number | undefined;
  readonly history: History;
  readonly configFile: string | undefined;
  readonly audit: boolean;
  readonly readOnly: boolean;
  readonly waitForLock: number;
  readonly at: Moment | undefined;
  readonly onLost: ((error: unknown) => void) | undefined;
  readonly onShutdown: () => void;
  readonly log: (line: string) => void;
}

const STANDARD_HISTORY: History = { maxBytes: 10e9 };
const APPENDFSYNC = { always: 'always', everysec: 'everysec', os: 'no' } as const;

const KNOWN = new Set<keyof RedisServerOptions>([
  'path',
  'port',
  'host',
  'configFile',
  'config',
  'durability',
  'history',
  'audit',
  'readOnly',
  'waitForLock',
  'at',
  'onLost',
  'onShutdown',
  'log',
]);

/** @throws RefoldError `INVALID_OPTION` for an option that does not exist, does not fit, or contradicts another */
export function serverSettings(options: RedisServerOptions): ServerSettings {
  for (const name of Object.keys(options)) {
    if (!KNOWN.has(name as never))
      throw refused(name, 'there is no such option', `Give one of ${[...KNOWN].join(', ')}`);
  }
  const { path, port, host, configFile, config: given = {}, durability } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw refused('port', 'it is not a port number', 'Give a whole number from 0 to 65535');
  }
  if (durability !== undefined && !Object.hasOwn(APPENDFSYNC, durability)) {
    throw refused('durability', 'it is not a durability', "Give 'always', 'everysec' or 'os'");
  }
  const { config, users } = settingsOf(configFile, { ...given, ...(host !== undefined && { bind: host }) });
  const wanted = durability && APPENDFSYNC[durability];
  if (wanted !== undefined && given.appendfsync !== undefined && given.appendfsync !== wanted) {
    throw refused('durability', `appendfsync says ${String(given.appendfsync)}`, 'Give only one of the two');
  }
  if (wanted !== undefined) config.preset('appendfsync', wanted);
  const configuredPort = config.number('port') === 0 ? undefined : config.number('port');
  return {
    config,
    users,
    path: path === ':memory:' ? path : resolve(config.text('dir'), path ?? 'redis.db'),
    port: port ?? configuredPort,
    history: options.history ?? STANDARD_HISTORY,
    configFile: configFile === undefined ? undefined : resolve(configFile),
    audit: options.audit ?? false,
    readOnly: options.readOnly ?? false,
    waitForLock: waitOf(options),
    at: momentOf(options),
    onLost: options.onLost,
    onShutdown: options.onShutdown ?? (() => undefined),
    log: options.log ?? ((line) => console.error(line)),
  };
}

/** The lock of a process that was killed is released a little later. */
const STANDARD_WAIT_MS = 3_000;
const LONGEST_LOCK_WAIT_MS = 2 ** 31 - 1;

/** @throws RefoldError `INVALID_OPTION` */
function waitOf({ waitForLock, readOnly }: RedisServerOptions): number {
  if (waitForLock === undefined) return STANDARD_WAIT_MS;
  if (readOnly === true) throw refused('waitForLock', 'a reader needs no lock', 'Leave waitForLock out');
  if (typeof waitForLock === 'number' && waitForLock >= 0 && waitForLock <= LONGEST_LOCK_WAIT_MS) return waitForLock;
  throw refused('waitForLock', 'it is not a time', `Give milliseconds from 0 to ${LONGEST_LOCK_WAIT_MS}`);
}

/** @throws RefoldError `INVALID_OPTION` */
function momentOf({ at, readOnly, path }: RedisServerOptions): Moment | undefined {
  if (at === undefined) return undefined;
  if (readOnly !== true) throw refused('at', 'the past takes no writes', 'Give readOnly: true as well');
  if (path === ':memory:') throw refused('at', 'a server in memory has no past', 'Give the path of a log');
  const { sequence, time } = at as { readonly sequence?: unknown; readonly time?: unknown };
  const moment = sequence ?? (time instanceof Date ? time.getTime() : time);
  if (typeof moment !== 'number' || !Number.isFinite(moment) || (sequence !== undefined && time !== undefined)) {
    throw refused('at', 'it is not a moment', 'Give { sequence } or { time }');
  }
  return sequence === undefined ? { time: moment } : { sequence: moment };
}

function refused(type: string, why: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot start the server: option ${type}: ${why}`, { type, hint });
}
