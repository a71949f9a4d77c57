/**
 * Stands between a page and its studio, and holds a stream of lines back in its middle: so a test sees what the page shows while it
 * waits for the rest, however fast the studio is.
 */
import { request as ask, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

export class HeldLines {
  readonly #server: Server;
  readonly #key: string;
  readonly #released = Promise.withResolvers<void>();

  private constructor(server: Server, key: string) {
    this.#server = server;
    this.#key = key;
  }

  /**
   * @param studio the address of the studio, with its key
   * @param route such as `why`: only its answers are held
   * @param after what the last line has that is let through
   */
  static async open(studio: string, route: string, after: RegExp): Promise<HeldLines> {
    const { host, hash } = new URL(studio);
    const server = createServer((asked, response) => {
      const upstream = ask(`http://${host}${asked.url}`, { headers: { ...asked.headers, host } }, (answer) => {
        answer.on('error', () => response.destroy());
        response.writeHead(answer.statusCode!, answer.headers);
        if (asked.url!.startsWith(`/api/${route}?`))
          void hold(answer, response, { after, released: held.#released.promise });
        else answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      upstream.end();
    });
    const held = new HeldLines(server, hash.slice(1));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return held;
  }

  /** The address of the page, with its key. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/#${this.#key}`;
  }

  /** Lets the rest through, also of later streams. */
  release(): void {
    this.#released.resolve();
  }

  close(): void {
    this.release();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function hold(
  answer: IncomingMessage,
  response: ServerResponse,
  { after, released }: { readonly after: RegExp; readonly released: Promise<void> },
): Promise<void> {
  try {
    for await (const line of createInterface({ input: answer })) {
      response.write(`${line}\n`);
      if (after.test(line)) await released;
    }
    response.end();
  } catch {
    response.destroy(); // the page, or the studio, has ended it
  }
}
