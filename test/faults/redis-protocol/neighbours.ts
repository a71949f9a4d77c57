/** Clients beside the broken ones: each must be served as if it were alone. */
import { setTimeout as pause } from 'node:timers/promises';
import { TestClient } from '../../redis/test-client.ts';

/** Connections that announce much and send little, and stay. */
const ANNOUNCERS = 200;
const ANNOUNCED = ['*1000000\r\n$67108864\r\nabc', '*2\r\n$67108864\r\n', '*1048576\r\n', '$67108864'];

export class Neighbours {
  readonly violations: string[] = [];
  /** Rounds of the client that writes and reads. */
  rounds = 0;
  readonly #clients: TestClient[] = [];
  readonly #work: Promise<void>;
  #isOver = false;

  private constructor(worker: TestClient, publisher: TestClient, subscriber: TestClient, announcers: TestClient[]) {
    this.#clients.push(worker, publisher, subscriber, ...announcers);
    this.#work = Promise.all([this.#writeAndRead(worker), this.#publish(publisher, subscriber)]).then(() => undefined);
  }

  static async start(port: number): Promise<Neighbours> {
    const [worker, publisher, subscriber] = await Promise.all([1, 2, 3].map(() => TestClient.open(port)));
    await subscriber!.call('HELLO', 3);
    subscriber!.write('SUBSCRIBE news\r\n');
    const announcers = await Promise.all(Array.from({ length: ANNOUNCERS }, () => TestClient.open(port)));
    for (const [at, client] of announcers.entries()) client.write(ANNOUNCED[at % ANNOUNCED.length]!);
    return new Neighbours(worker!, publisher!, subscriber!, announcers);
  }

  /** Ends them, and gives what went wrong. */
  async end(): Promise<readonly string[]> {
    this.#isOver = true;
    await Promise.race([this.#work, pause(20_000).then(() => this.violations.push('a neighbour waits for a reply'))]);
    for (const client of this.#clients) client.end();
    return this.violations;
  }

  async #writeAndRead(client: TestClient): Promise<void> {
    while (!this.#isOver) {
      const text = `text ${this.rounds}`;
      const replies = await Promise.all([
        client.ask('SET', 'neighbour', text),
        client.ask('GET', 'neighbour'),
        client.ask('RPUSH', 'neighbours', text),
        client.ask('LPOP', 'neighbours'),
        client.ask('PING'),
      ]);
      const expected = ['OK', text, 1, text, 'PONG'];
      if (expected.some((each, at) => replies[at] !== each)) {
        this.violations.push(`a neighbour got ${String(replies)} and not ${String(expected)}`);
        return;
      }
      this.rounds += 1;
      await pause(1);
    }
  }

  async #publish(publisher: TestClient, subscriber: TestClient): Promise<void> {
    let count = 0;
    while (!this.#isOver) {
      await publisher.ask('PUBLISH', 'news', String(count++));
      await pause(5);
    }
    await subscriber.ask('PING');
    const heard = subscriber.pushes.filter(({ items }) => items[0] === 'message').map(({ items }) => Number(items[2]));
    if (heard.length !== count || heard.some((number, at) => number !== at)) {
      this.violations.push(`a subscriber heard ${heard.length} of ${count} messages`);
    }
  }
}
