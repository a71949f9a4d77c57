/** Where the server listens, as its parameters say, and how that changes at run time. */
import { pathOf } from '../config/paths.ts';
import type { ServerConfig } from '../config/server-config.ts';
import { bindAddresses } from './addresses.ts';
import { Listeners, type ListenersHost } from './listeners.ts';

export class ServerDoors {
  readonly #config: ServerConfig;
  readonly #tcp: Listeners;
  /** TLS, and the socket of the file system. They stay while `port` and `bind` change. */
  readonly #others: Listeners;
  #port = 0;
  #bind = '';

  constructor(config: ServerConfig, host: ListenersHost) {
    this.#config = config;
    this.#tcp = new Listeners(host);
    this.#others = new Listeners(host);
  }

  /** 0 when the server does not listen on TCP. */
  get port(): number {
    return this.#port;
  }

  /** @param port 0 takes a free one; undefined listens on none. @throws the system's error when a port is taken */
  async open(port: number | undefined): Promise<void> {
    const config = this.#config;
    this.#bind = config.text('bind');
    if (port !== undefined) await this.#listen(port, this.#bind);
    config.preset('port', String(this.#port));
    if (config.number('tls-port') > 0) await this.#listenForTls();
    const path = pathOf(config, 'unixsocket');
    if (path !== '') await this.#others.listenOnPath(path, Number.parseInt(config.text('unixsocketperm'), 8));
    config.onNetwork = () => this.#move();
  }

  close(): void {
    this.#tcp.close();
    this.#others.close();
  }

  /** Listens where the parameters say now. @throws when that fails: then it listens where it did before */
  async #move(): Promise<void> {
    const [port, bind] = [this.#port, this.#bind];
    this.#tcp.close();
    try {
      this.#port = 0;
      if (this.#config.number('port') > 0) await this.#listen(this.#config.number('port'), this.#config.text('bind'));
    } catch (error) {
      this.#tcp.close();
      if (port > 0) await this.#listen(port, bind);
      throw error;
    }
  }

  async #listen(port: number, bind: string): Promise<void> {
    this.#port = port;
    this.#bind = bind;
    for (const { address, isOptional } of bindAddresses(bind)) {
      try {
        this.#port = await this.#tcp.listen(this.#port, address);
      } catch (error) {
        if (!isOptional || (error as { readonly code?: string }).code === 'EADDRINUSE') throw error;
      }
    }
  }

  async #listenForTls(): Promise<void> {
    for (const { address, isOptional } of bindAddresses(this.#config.text('bind'))) {
      await this.#others.listenTls(this.#config.number('tls-port'), address).catch((error) => {
        if (!isOptional) throw error;
      });
    }
  }
}
