/**
 * Replaces `node:worker_threads`: a "thread" is its module, imported again in this thread, with its own port.
 *
 * Messages are cloned and arrive in later turns, as between threads. The only difference: nothing runs
 * in parallel.
 */
import { EventEmitter } from 'node:events';
import { MessageChannel, Worker as RealWorker, type Transferable, type WorkerOptions } from 'node:worker_threads';
import { standIn } from './thread-switch.ts';

const start = standIn.starts.get(new URL(import.meta.url).search);

export const parentPort = start?.parentPort ?? null;
export const workerData = start?.workerData;

class InProcessWorker extends EventEmitter {
  readonly #port;

  constructor(module: URL, options: WorkerOptions) {
    super();
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const key = `?thread=${++standIn.started}`;
    standIn.starts.set(key, { parentPort: port2, workerData: options.workerData });
    port1.on('message', (message) => this.emit('message', message));
    port1.on('close', () => this.emit('exit', 0));
    import(`${module.href}${key}`)
      .then(
        // A thread without a listener has ended.
        () => port2.listenerCount('message') === 0 && port2.close(),
        (error) => {
          this.emit('error', error);
          port1.close();
        },
      )
      .finally(() => standIn.starts.delete(key));
  }

  postMessage(message: unknown, transfer: readonly Transferable[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  /** Work of the thread continues, because it runs in this thread. Its messages are ignored. */
  async terminate(): Promise<number> {
    this.#port.close();
    return 0;
  }

  ref(): void {
    this.#port.ref();
  }

  unref(): void {
    this.#port.unref();
  }
}

/** The class that the engine constructs. It makes a real worker if the switch is set. */
export const Worker = new Proxy(InProcessWorker, {
  construct: (target, args) =>
    standIn.enabled
      ? Reflect.construct(target, args)
      : new RealWorker(...(args as ConstructorParameters<typeof RealWorker>)),
});
