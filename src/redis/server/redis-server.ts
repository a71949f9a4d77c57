/** The server's life: it listens, opens the log, looks after clients, and ends. What happens to requests is in `server-core.ts`. */
import { setImmediate } from 'node:timers/promises';
import { RefoldError, type Store } from '../../index.ts';
import type { ShutdownOptions } from '../calls/contracts/persistence.ts';
import { CommandError } from '../calls/errors.ts';
import { ServerDoors } from './clients/doors.ts';
import { keepHouse } from './clients/housekeeping.ts';
import { ParameterError } from './config/kinds.ts';
import type { ServerConfig } from './config/server-config.ts';
import { expireAtLoad } from './keeping/expiry.ts';
import { type RedisServerOptions, type ServerSettings, serverSettings } from './options.ts';
import { ServerCore } from './server-core.ts';

/** How often clients are looked after, in ms. */
const HOUSEKEEPING_MS = 100;
/** How long clients wait for the state before they hear LOADING, in ms. */
const LOADING_PATIENCE_MS = 1_000;

export class RedisServer implements AsyncDisposable {
  readonly #settings: ServerSettings;
  readonly #core: ServerCore;
  readonly #doors: ServerDoors;
  readonly #housekeeping: NodeJS.Timeout;
  #closed: Promise<void> | undefined;

  private constructor(settings: ServerSettings) {
    this.#settings = settings;
    const { config, log } = settings;
    const core = new ServerCore(settings, {
      shutDown: (options) => this.#shutDown(options),
      lost: (error) => this.#lost(error),
    });
    this.#core = core;
    this.#doors = new ServerDoors(config, {
      config,
      clients: () => core.connections.size,
      isOpen: () => core.users.isOpen,
      accept: (socket) => {
        core.parts.stats.connections++;
        core.users.reset(core.connections.accept(socket));
      },
      refused: () => void core.connections.rejected++,
      log,
    });
    this.#housekeeping = setInterval(() => this.#keepHouse(), HOUSEKEEPING_MS);
    this.#watchConfig(config);
  }

  /** Listens first, so that clients hear LOADING while the state is loaded. */
  static async open(options: RedisServerOptions): Promise<RedisServer> {
    const server = new RedisServer(serverSettings(options));
    try {
      await server.#start();
    } catch (error) {
      await server.close().catch(() => undefined);
      throw error;
    }
    return server;
  }

  async #start(): Promise<void> {
    const { port, readOnly } = this.#settings;
    this.#loadUsers();
    await this.#doors.open(port);
    // Clients of a server that has little to load wait for it, and never hear LOADING.
    this.#core.turns.halt();
    const patience = setTimeout(() => this.#core.turns.go(), LOADING_PATIENCE_MS);
    await this.#core.keeper.open().finally(() => clearTimeout(patience));
    this.#core.turns.go();
    this.#core.memory.start();
    if (readOnly) return;
    this.#core.parts.stats.expiredAtLoad = await expireAtLoad((job) => this.#core.inTurn(job));
    this.#core.expiry.start();
  }

  /** @throws RefoldError `INVALID_OPTION` when the users cannot be read */
  #loadUsers(): void {
    const { config, users, configFile } = this.#settings;
    try {
      if (config.text('aclfile') !== '') this.#core.users.load();
      else if (users.length > 0) this.#core.users.readLines(users, configFile ?? 'the options');
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      throw new RefoldError('INVALID_OPTION', `Cannot load the ACL users: ${error.message.replace(/^ERR /, '')}`, {
        type: 'aclfile',
        hint: 'Correct the users, or name another file with aclfile',
        cause: error,
      });
    }
  }

  #watchConfig(config: ServerConfig): void {
    config.watch(['appendfsync'], () => {
      if (this.#settings.readOnly) throw new ParameterError('the server only reads');
      void this.#core.keeper.changeDurability().catch((error) => this.#settings.log(String(error)));
    });
  }

  #keepHouse(): void {
    const now = Date.now();
    const { config, log } = this.#settings;
    if (this.#core.administration.debug.pausesCron) return;
    const { connections, parts } = this.#core;
    keepHouse({ config, connections, stats: parts.stats, log }, now);
    this.#core.keeper.tick(now);
    this.#core.administration.rates.sample(performance.now(), parts.stats);
  }

  /** The store with the key space. @throws Error while the state is loaded, and when the server shows a past moment */
  get store(): Store {
    const { store, moment } = this.#core.keeper;
    if (store !== undefined) return store;
    throw new Error(moment === undefined ? 'The state is being loaded' : 'A server of a past moment has no store');
  }

  /** The log's file, or `':memory:'`. */
  get path(): string {
    return this.#settings.path;
  }

  /** Which moment the server shows, with `at`: its sequence, and when that was recorded, in ms since the epoch. */
  get moment(): { readonly sequence: number; readonly recordedAt: number } | undefined {
    return this.#core.keeper.moment;
  }

  get port(): number {
    return this.#doors.port;
  }

  /** Ends connections and closes the store. Further calls do nothing. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#doors.close();
    clearInterval(this.#housekeeping);
    await this.#core.close();
  }

  /** As SHUTDOWN does: saves if the save rules say so, then ends the server. @param signal whose options to take, if any */
  async shutDown(signal?: 'SIGTERM' | 'SIGINT'): Promise<void> {
    const { config } = this.#settings;
    const words = signal === undefined ? [] : config.text(`shutdown-on-${signal.toLowerCase()}`).split(' ');
    const save = words.includes('save') ? true : words.includes('nosave') ? false : undefined;
    await this.#shutDown({ save, force: words.includes('force') });
  }

  async #shutDown({ save, force }: ShutdownOptions): Promise<void> {
    const { config, log, readOnly, onShutdown } = this.#settings;
    await setImmediate(); // the turn that asks has to be over
    const wantsSave = save ?? config.text('save') !== '';
    if (wantsSave && !readOnly) {
      await this.#core.keeper.saving.saveAtTheEnd().catch((error) => {
        log(`The snapshot before the end has failed: ${String(error)}`);
        if (!force) throw new CommandError('ERR Errors trying to SHUTDOWN. Check logs.');
      });
    }
    await this.close();
    log('The server is now ready to exit, bye bye...');
    onShutdown();
  }

  #lost(error: unknown): void {
    const { log, onLost } = this.#settings;
    log(`The file can neither be written nor read: ${String(error)}`);
    void this.close()
      .catch(() => undefined)
      .finally(() => onLost?.(error));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
