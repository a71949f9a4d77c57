/** The back-end processes of the demo: each is an HTTP server in a separate process. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a back end tells about its work. */
export interface BackEndReport {
  /** Jobs of the queue that it has done. */
  readonly jobs: readonly string[];
  /** News that it has received. */
  readonly news: readonly string[];
}

export class BackEnds implements AsyncDisposable {
  readonly urls: readonly string[];
  readonly #children: readonly ChildProcess[];

  private constructor(children: readonly ChildProcess[], ports: readonly number[]) {
    this.#children = children;
    this.urls = ports.map((port) => `http://127.0.0.1:${port}`);
  }

  static async start(count: number, redisPort: number, databaseUrl: string): Promise<BackEnds> {
    const file = new URL('./back-end.ts', import.meta.url);
    const children = Array.from({ length: count }, () => fork(file, [String(redisPort), databaseUrl]));
    const ports = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as number));
    return new BackEnds(children, ports);
  }

  get count(): number {
    return this.urls.length;
  }

  /** One request each, in turn. */
  fetch(path: string, requests: number): Promise<string[]> {
    return Promise.all(
      Array.from({ length: requests }, async (_, at) => (await fetch(this.urls[at % this.count] + path)).text()),
    );
  }

  reports(): Promise<BackEndReport[]> {
    return Promise.all(this.urls.map(async (url) => (await fetch(`${url}/report`)).json() as Promise<BackEndReport>));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill();
  }
}
