/** A studio in a process of its kind, as users start one, and what asks it over HTTP. */
import { Lane } from '../../measuring/lane.ts';
import type { Row, Unit } from '../../measuring/workload.ts';
import type { ServerAnswer, ServerQuestion, ServerTask } from './server-lane.ts';

/** The order book of the examples, with its view. */
export const BOOK: Pick<ServerTask, 'model' | 'view'> = {
  model: { module: example('model/index.ts'), export: 'orderBook' },
  view: { module: example('studio/book-view.ts'), export: 'bookView' },
};

export const ORDERS: Pick<ServerTask, 'model'> = {
  model: { module: new URL('../../material/orders-model.ts', import.meta.url).href, export: 'orders' },
};

function example(file: string): string {
  return new URL(`../../../../examples/orderbook/${file}`, import.meta.url).href;
}

/** How often it is asked whether far places are in memory, in ms. */
const ASKING_AGAIN_MS = 250;

/** A server in another process. */
export class AskedStudio implements AsyncDisposable {
  /** The address of the page, with the key. */
  readonly url: string;
  readonly #lane: Lane<ServerQuestion, ServerAnswer>;

  private constructor(lane: Lane<ServerQuestion, ServerAnswer>, url: string) {
    this.#lane = lane;
    this.url = url;
  }

  static async open(task: ServerTask): Promise<AskedStudio> {
    const lane = await Lane.open<ServerQuestion, ServerAnswer>(SERVER, [JSON.stringify(task)]);
    const { url } = await lane.ask('state');
    return new AskedStudio(lane, url);
  }

  /** The bytes of an answer. @throws Error when it is a problem */
  async bytes(question: string): Promise<Uint8Array> {
    const { origin, hash } = new URL(this.url);
    const headers = { authorization: `Bearer ${hash.slice('#key='.length)}` };
    const response = await fetch(`${origin}/api/${question}`, { headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return bytes;
    throw new Error(`Error: the studio answers ${question} with ${Buffer.from(bytes).toString()}`);
  }

  /** The JSON of an answer. */
  async ask(question: string): Promise<any> {
    return JSON.parse(Buffer.from(await this.bytes(question)).toString());
  }

  /** Until as many states for far places are in memory as are worth it, or fit. */
  async warm(): Promise<void> {
    while ((await this.ask('log')).warm !== true) {
      await new Promise<void>((resolve) => void setTimeout(resolve, ASKING_AGAIN_MS));
    }
  }

  /** Resident memory of the process, in MB: now, and the most it has been. */
  memory(): Promise<ServerAnswer> {
    return this.#lane.ask('state');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#lane.close();
  }
}

const SERVER = new URL('./server-lane.ts', import.meta.url);

/** The same places in every run, in an order that jumps. @param room events that must follow each */
export function placesOf(round: number, count: number, last: number, room = 0): number[] {
  const share = (n: number): number => ((n + 1) * 0.618 + round * 0.137) % 1;
  return Array.from({ length: count }, (_, n) => 1 + Math.floor((last - room - 1) * share(n)));
}

export async function inOrder(places: readonly number[], work: (place: number) => Promise<unknown>): Promise<void> {
  for (const place of places) await work(place);
}

export function row(name: string, what: string, runs: readonly number[], unit: Unit = 'ms'): Row {
  return { name, what, by: 'refold', durability: 'reads', unit, runs };
}
