import { afterAll, expect, test, vi } from 'vitest';

/** A server whose answers never end, but are ended by who asks. */
const askedFor: string[] = [];
vi.stubGlobal('document', { hidden: false });
vi.stubGlobal('sessionStorage', { getItem: () => null });
vi.stubGlobal('fetch', async (address: string, { signal }: { readonly signal: AbortSignal }) => {
  askedFor.push(address);
  const start = (answer: ReadableStreamDefaultController): void =>
    signal.addEventListener('abort', () => answer.error(signal.reason));
  return new Response(new ReadableStream({ start }));
});
afterAll(() => vi.unstubAllGlobals());

const { askWhy, explained } = await import('../../../../src/studio/page/state/asked/asking-why.ts');
const { endJob } = await import('../../../../src/studio/page/moment/job-stream.ts');

/** Until all that was aborted has told so. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

test('a search for the same place again is not told to be stopped by the one before, which it ended', async () => {
  askWhy('counter');
  await settle();
  askWhy('counter');
  await settle();
  expect(askedFor.length).toBe(2);
  expect(explained.value).toMatchObject({ path: 'counter', state: 'running' });
  endJob();
  await vi.waitFor(() => expect(explained.value?.state).toBe('ended'));
});
