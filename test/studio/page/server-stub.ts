/** Stands for the server where a module of the page is tested without a browser: it notes what is asked, and answers. */
import { vi } from 'vitest';

/** @param answer gets the route and what was asked of it; what it gives is sent as JSON */
export function stubServer(answer: (route: string, asked: URLSearchParams) => unknown): readonly string[] {
  const requests: string[] = [];
  vi.stubGlobal('sessionStorage', { getItem: () => 'key' });
  vi.stubGlobal('document', { hidden: false });
  vi.stubGlobal('fetch', async (address: string, { signal }: { readonly signal: AbortSignal }) => {
    const [route = '', query = ''] = address.slice('/api/'.length).split('?');
    requests.push(`${route}?${query}`);
    await Promise.resolve();
    signal.throwIfAborted();
    return new Response(JSON.stringify(await answer(route, new URLSearchParams(query))));
  });
  return requests;
}

/** Enough turns of the event loop for an answer that is there at once. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
