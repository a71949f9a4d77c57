/** The clients of one server: writers, takers, and witnesses of everything that it says. They work until the server dies. */
import { setTimeout as pause } from 'node:timers/promises';
import { ErrorReply, type Push, type Reply, requestOf, TestClient } from '../../redis/test-client.ts';
import type { Chance } from '../judging/chance.ts';
import type { PoolAccount, WriterAccount } from './accounts.ts';
import { CHANNEL, makeStep, type PoolName } from './steps.ts';

/** What the clients tell. It lives longer than the server. */
export interface Books {
  readonly seed: number;
  readonly writers: readonly WriterAccount[];
  readonly pools: Readonly<Record<PoolName, PoolAccount>>;
  /** Acknowledged moves from one pool to another, and entries of the group: delivered, and acknowledged to it. */
  readonly moved: Set<string>;
  readonly acknowledged: Set<string>;
  /** What the shared counter has said. */
  counted: number;
  readonly violations: string[];
  /** Last numbers of the writers' steps. */
  readonly numbers: number[];
}

const LONGEST_BATCH = 12;
const WITNESS_LINE = /"(\d+):(\d+)"/g;

export class Crew {
  readonly #books: Books;
  readonly #port: number;
  readonly #clients: TestClient[] = [];
  readonly #work: Promise<void>[] = [];
  #isOver = false;

  private constructor(books: Books, port: number) {
    this.#books = books;
    this.#port = port;
  }

  static async start(books: Books, port: number, chance: Chance): Promise<Crew> {
    const crew = new Crew(books, port);
    // The witnesses are there before anything is written.
    await Promise.all([crew.#monitor(), crew.#subscribe()]);
    for (const writer of books.writers.keys()) crew.#employ((client) => crew.#write(client, writer, chance));
    crew.#employ((client) => crew.#look(client));
    crew.#employ((client) => crew.#count(client));
    crew.#employ((client) => crew.#pop(client));
    crew.#employ((client) => crew.#move(client));
    crew.#employ((client) => crew.#draw(client));
    crew.#employ((client) => crew.#rank(client));
    crew.#employ((client) => crew.#read(client));
    return crew;
  }

  /** The server is dead, and every client has heard its last word. */
  async end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#clients.map((client) => Promise.race([client.closed, pause(2_000)])));
    for (const client of this.#clients) client.end();
    await Promise.all(this.#work);
  }

  async #open(): Promise<TestClient> {
    const client = await TestClient.open(this.#port);
    this.#clients.push(client);
    return client;
  }

  #employ(work: (client: TestClient) => Promise<void>): void {
    const life = async (): Promise<void> => {
      const client = await this.#open().catch(() => undefined);
      if (client === undefined) return;
      // A reply that never comes must not keep the work from ending.
      await Promise.race([client.closed, work(client)]).catch((error) => this.#wrong(`a client got ${String(error)}`));
    };
    this.#work.push(life());
  }

  #wrong(text: string | undefined): void {
    if (text !== undefined && this.#books.violations.length < 10) this.#books.violations.push(text);
  }

  /** Notes which steps an output shows. */
  #showAll(line: string, by: string): void {
    for (const [, writer, number] of line.matchAll(WITNESS_LINE)) {
      this.#books.writers[Number(writer)]?.show(Number(number), by);
    }
  }

  async #monitor(): Promise<void> {
    const client = await this.#open();
    client.onReply = (reply) => this.#showAll(String(reply), 'a line of MONITOR');
    client.write(requestOf(['MONITOR']));
  }

  async #subscribe(): Promise<void> {
    const client = await this.#open();
    await client.call('HELLO', 3);
    client.onPush = ({ items }: Push) => this.#showAll(`"${String(items[2])}"`, 'a message');
    client.write(requestOf(['SUBSCRIBE', CHANNEL]));
    await pause(1);
  }

  async #write(client: TestClient, writer: number, chance: Chance): Promise<void> {
    const { seed, writers, numbers } = this.#books;
    const account = writers[writer]!;
    while (!this.#isOver) {
      const replies: Promise<void>[] = [];
      let request = '';
      for (let left = 1 + chance.below(LONGEST_BATCH); left > 0; left--) {
        const step = makeStep(seed, writer, ++numbers[writer]!, Date.now());
        account.issue(step);
        if (step.pool !== undefined) this.#books.pools[step.pool].offer(`${writer}:${step.number}`);
        request += step.commands.map(requestOf).join('');
        for (const [at, command] of step.commands.entries()) {
          const isLast = at === step.commands.length - 1;
          replies.push(client.next().then((reply) => this.#hear(reply, account, isLast ? step.number : 0, command)));
        }
      }
      client.write(request);
      await Promise.all(replies);
    }
  }

  #hear(reply: Reply, account: WriterAccount, number: number, command: readonly unknown[]): void {
    const error = [reply].flat().find((each) => each instanceof ErrorReply);
    if (error !== undefined) this.#wrong(`${JSON.stringify(command)} was answered with ${error.message}`);
    else account.acknowledge(number);
  }

  /** Reads what the writers write. */
  async #look(client: TestClient): Promise<void> {
    const keys = this.#books.writers.flatMap((_, writer) => [`text:${writer}:0`, `text:${writer}:news`]);
    while (!this.#isOver) {
      for (const text of (await client.call('MGET', ...keys)) as (string | null)[])
        this.#showAll(`"${text}"`, 'a read');
    }
  }

  async #count(client: TestClient): Promise<void> {
    while (!this.#isOver) this.#books.counted = Number(await client.call('INCR', 'counter'));
  }

  async #pop(client: TestClient): Promise<void> {
    while (!this.#isOver) {
      const [, text] = (await client.call('BLPOP', 'pool:popped', 0)) as [string, string];
      this.#wrong(this.#books.pools.popped.take(text));
    }
  }

  async #move(client: TestClient): Promise<void> {
    while (!this.#isOver) {
      const text = String(await client.call('BLMOVE', 'pool:moved', 'pool:arrived', 'RIGHT', 'LEFT', 0));
      if (this.#books.moved.has(text)) this.#wrong(`pool moved: ${text} was moved twice`);
      this.#books.moved.add(text);
    }
  }

  async #draw(client: TestClient): Promise<void> {
    while (!this.#isOver) {
      const text = await client.call('SPOP', 'pool:drawn');
      if (text === null) await pause(2);
      else this.#wrong(this.#books.pools.drawn.take(String(text)));
    }
  }

  async #rank(client: TestClient): Promise<void> {
    while (!this.#isOver) {
      const [, text] = (await client.call('BZPOPMIN', 'pool:ranked', 0)) as [string, string, string];
      this.#wrong(this.#books.pools.ranked.take(text));
    }
  }

  /** Reads entries as a consumer, and acknowledges them. `take` here means: acknowledged to the group. */
  async #read(client: TestClient): Promise<void> {
    const reading = ['XREADGROUP', 'GROUP', 'group', 'consumer', 'COUNT', 5, 'BLOCK', 0, 'STREAMS', 'pool:read', '>'];
    while (!this.#isOver) {
      const [[, entries]] = (await client.call(...reading)) as [[string, [string, [string, string]][]]];
      for (const [id, [, text]] of entries) {
        this.#wrong(this.#books.pools.read.take(text));
        await client.call('XACK', 'pool:read', 'group', id);
        this.#books.acknowledged.add(text);
      }
    }
  }
}
