/** A worker's end of its desk: runs routes for the HTTP thread. */
import type { MessagePort } from 'node:worker_threads';
import { jsonOf, problemOf } from './answering.ts';
import { type FromWorker, LINES_AHEAD, type ToWorker } from './desk-protocol.ts';

/** Answers a question about data: with one object, with bytes, or with lines. */
export type Answering = (query: URLSearchParams, signal: AbortSignal) => Promise<object> | AsyncIterable<object>;

/** A question that is being answered. */
class Asked {
  readonly abort = new AbortController();
  #room = LINES_AHEAD;
  #wake = (): void => {};

  /** Says that the reader took so many lines. */
  more(lines: number): void {
    this.#room += lines;
    this.#wake();
  }

  /** Resolves when another line may be sent, or the question was aborted. */
  async room(): Promise<void> {
    while (this.#room === 0 && !this.abort.signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#room--;
  }

  end(): void {
    this.abort.abort();
    this.#wake();
  }
}

/** Answers what comes on the port, for as long as the thread lives. */
export function serveDesk(port: MessagePort, routes: ReadonlyMap<string, Answering>): void {
  const asked = new Map<number, Asked>();
  const send = (message: FromWorker): void =>
    port.postMessage(message, message.kind === 'bytes' ? [message.bytes.buffer as ArrayBuffer] : []);
  port.on('message', (message: ToWorker) => {
    const { id } = message;
    if (message.kind === 'more') asked.get(id)?.more(message.lines);
    else if (message.kind === 'abort') asked.get(id)?.end();
    else {
      const one = new Asked();
      asked.set(id, one);
      void answer(routes.get(message.route)!, message, one, send).finally(() => {
        asked.delete(id);
        one.end(); // whatever of it still runs
      });
    }
  });
}

async function answer(
  route: Answering,
  { id, query }: Extract<ToWorker, { kind: 'ask' }>,
  asked: Asked,
  send: (message: FromWorker) => void,
): Promise<void> {
  const { signal } = asked.abort;
  try {
    const given = route(new URLSearchParams(query), signal);
    if (!(Symbol.asyncIterator in given)) {
      const one = await given;
      if (!signal.aborted)
        send(one instanceof Uint8Array ? { kind: 'bytes', id, bytes: one } : { kind: 'answer', id, json: jsonOf(one) });
      return;
    }
    for await (const line of given) {
      await asked.room();
      if (signal.aborted) return;
      send({ kind: 'line', id, json: jsonOf(line) });
    }
    send({ kind: 'end', id });
  } catch (error) {
    if (!signal.aborted) send({ kind: 'problem', id, problem: problemOf(error).problem });
  }
}
