/** A studio for a test, and questions to it over HTTP. */
import { openStudio, type Studio, type StudioOptions } from '../../src/studio/open-studio.ts';
import type { LiveLine } from '../../src/studio/wire.ts';

/** The page itself is not part of these tests. */
const PAGE = new Map([['/index.html', { type: 'text/html; charset=utf-8', content: Buffer.from('<!doctype html>') }]]);

export const SHOP = { module: new URL('./shop.ts', import.meta.url).href, export: 'shop' };

export class AskedStudio implements AsyncDisposable {
  readonly origin: string;
  readonly key: string;
  readonly #studio: Studio;

  static async open(options: StudioOptions): Promise<AskedStudio> {
    return new AskedStudio(await openStudio({ port: 0, ...options }, PAGE));
  }

  private constructor(studio: Studio) {
    this.#studio = studio;
    const { origin, hash } = new URL(studio.url);
    this.origin = origin;
    this.key = hash.slice('#key='.length);
  }

  fetch(question: string, signal?: AbortSignal): Promise<Response> {
    const headers = { authorization: `Bearer ${this.key}` };
    return fetch(`${this.origin}/api/${question}`, { headers, ...(signal && { signal }) });
  }

  async ask(question: string): Promise<any> {
    const response = await this.fetch(question);
    return { status: response.status, ...((await response.json()) as object) };
  }

  async lines(question: string): Promise<any[]> {
    const text = await (await this.fetch(question)).text();
    return text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** Lines of the live stream from a sequence on, as they come. */
  async *live(from: number, signal: AbortSignal): AsyncGenerator<LiveLine, void> {
    const response = await this.fetch(`live?from=${from}`, signal);
    let rest = '';
    for await (const text of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) yield JSON.parse(line);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#studio.close();
  }
}
