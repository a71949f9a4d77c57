/** Filling a server with data, as fast as it takes it. */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Commands that are sent before their answers are awaited. */
const BATCH = 1_000;

/**
 * Runs commands on the server.
 *
 * @returns false when not all have run within `patienceMs`
 * @throws Error when one of them is refused
 */
export async function fill(
  port: number,
  count: number,
  command: (index: number) => readonly string[],
  patienceMs: number = Number.POSITIVE_INFINITY,
): Promise<boolean> {
  const end = performance.now() + patienceMs;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let waiting = 0;
  let refusal: string | undefined;
  let wake = (): void => {};
  socket.on('data', (chunk) => {
    const text = chunk.toString('latin1');
    if (text.startsWith('-')) refusal = text;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) waiting--;
    wake();
  });
  let done = 0;
  while (done < count && performance.now() < end) {
    const requests: string[] = [];
    for (const next = Math.min(count, done + BATCH); done < next; done++) requests.push(encode(command(done)));
    waiting += requests.length;
    socket.write(requests.join(''), 'latin1');
    while (waiting > 0 && refusal === undefined) await new Promise<void>((resolve) => (wake = resolve));
    if (refusal !== undefined) throw new Error(`The server refused to be filled: ${refusal}`);
  }
  socket.destroy();
  return done === count;
}

function encode(words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}
