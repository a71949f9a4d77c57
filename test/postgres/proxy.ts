/** A proxy for TCP that does to its connections what networks do. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * - `pass`: forwards everything.
 * - `cut`: ends all connections, and forwards new ones.
 * - `swallow`: forwards questions, and no answers.
 * - `hold`: forwards nothing now, and everything later.
 * - `refuse`: ends all connections, and new ones at once.
 * - `half-open`: the connections that there are now never give anything again, and do not end.
 * - `late`: what the connections that there are now send arrives with `arrive`, also when they were given up meanwhile.
 */
export type Fault = 'pass' | 'cut' | 'swallow' | 'hold' | 'refuse' | 'half-open' | 'late';
export const FAULTS: readonly Fault[] = ['cut', 'swallow', 'hold', 'refuse', 'half-open'];

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  isDead: boolean;
  isLate: boolean;
  held: (() => void)[];
}

export class TcpProxy {
  readonly #server: Server;
  readonly #answersLater: number;
  #to: number;
  readonly #pairs = new Set<Pair>();
  #fault: Fault = 'pass';
  #delayed: string | undefined;

  /** @param answersLater so many ms, each of them */
  static async start(to: number, answersLater = 0): Promise<TcpProxy> {
    const proxy = new TcpProxy(to, answersLater);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  private constructor(to: number, answersLater: number) {
    this.#to = to;
    this.#answersLater = answersLater;
    this.#server = createServer((near) => this.#accept(near));
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port;
  }

  set(fault: Fault): void {
    this.#fault = fault;
    for (const pair of this.#pairs) {
      if (fault === 'cut' || fault === 'refuse') this.#end(pair);
      if (fault === 'half-open') pair.isDead = true;
      if (fault === 'late') pair.isLate = true;
      if (fault === 'pass') for (const forward of pair.held.splice(0)) forward();
    }
  }

  /** Makes the connection `late` that sends this text next, from there on. */
  delay(text: string): void {
    this.#delayed = text;
  }

  /** Lets arrive what is late, and resolves when the server has taken it. */
  async arrive(): Promise<void> {
    this.#fault = 'pass';
    const late = [...this.#pairs].filter(({ isLate }) => isLate);
    for (const { far, held } of late) {
      far.resume();
      for (const forward of held.splice(0)) forward();
      far.end();
    }
    await Promise.all(late.map(({ far }) => far.closed || once(far, 'close')));
    for (const pair of late) this.#end(pair);
  }

  /** Leads new connections elsewhere, and ends those that there are. */
  lead(to: number): void {
    this.#to = to;
    for (const pair of this.#pairs) this.#end(pair);
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) this.#end(pair);
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    near.on('error', () => {});
    if (this.#fault === 'refuse') return void near.destroy();
    const far = connect(this.#to, '127.0.0.1');
    const pair: Pair = { near, far, isDead: false, isLate: false, held: [] };
    this.#pairs.add(pair);
    far.on('error', () => near.destroy());
    near.on('data', (bytes) => {
      if (this.#delayed === undefined || !bytes.includes(this.#delayed)) return;
      this.#delayed = undefined;
      pair.isLate = true;
    });
    near.on('data', (bytes) => this.#forward(pair, far, bytes, this.#fault === 'swallow' ? 'pass' : this.#fault));
    far.on('data', (bytes) => {
      if (this.#answersLater === 0) this.#forward(pair, near, bytes, this.#fault);
      else setTimeout(() => this.#forward(pair, near, bytes, this.#fault), this.#answersLater);
    });
    for (const socket of [near, far]) socket.on('close', () => pair.isLate || this.#end(pair));
  }

  #forward(pair: Pair, to: Socket, bytes: Buffer, fault: Fault): void {
    if (pair.isDead) return;
    if (fault === 'hold' || pair.isLate || pair.held.length > 0) pair.held.push(() => to.write(bytes));
    else if (fault === 'swallow')
      pair.isDead = true; // later answers would not fit
    else to.write(bytes);
  }

  #end(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.near.destroy();
    pair.far.destroy();
  }
}
