import { afterEach, expect, test, vi } from 'vitest';
import { getBytes, getJson, getLines } from '../../../../src/studio/page/base/api.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** A server that sends so much of an answer, and then ends. */
function stubBroken(sent: string | undefined): void {
  vi.stubGlobal('sessionStorage', { getItem: () => 'key' });
  vi.stubGlobal('fetch', async () => {
    if (sent === undefined) throw new TypeError('Failed to fetch');
    let isSent = false;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      if (isSent) controller.error(new TypeError('network error'));
      else controller.enqueue(new TextEncoder().encode(sent));
      isSent = true;
    };
    return new Response(new ReadableStream({ pull }));
  });
}

const reads = {
  getJson: (signal: AbortSignal) => getJson('log', {}, signal),
  getBytes: (signal: AbortSignal) => getBytes('tile', {}, signal),
  getLines: (signal: AbortSignal) => getLines('live', {}, signal, () => {}),
};

test.each(
  Object.entries(reads).flatMap(([name, read]) => [undefined, '{"half":'].map((sent) => [name, sent, read] as const)),
)('%s of a server that ended after %j says that it does not answer', async (_, sent, read) => {
  stubBroken(sent);
  await expect(read(new AbortController().signal)).rejects.toMatchObject({ code: 'SERVER_GONE' });
  const ended = AbortSignal.abort(new Error('ended here'));
  await expect(read(ended)).rejects.toThrow('ended here');
});

test.each(Object.entries(reads))('%s that is ended while a refusal comes says that it was ended', async (_, read) => {
  const controller = new AbortController();
  vi.stubGlobal('sessionStorage', { getItem: () => 'key' });
  vi.stubGlobal('fetch', async (_address: string, { signal }: { readonly signal: AbortSignal }) => {
    const body = new ReadableStream({
      start: (stream) => signal.addEventListener('abort', () => stream.error(signal.reason)),
    });
    return new Response(body, { status: 410 });
  });
  const answer = read(controller.signal);
  setTimeout(() => controller.abort(new Error('ended here')));
  await expect(answer).rejects.toThrow('ended here');
});
