/** A plain client that speaks RESP2 or RESP3. The tests and the fault table share it. */
import { connect, type Socket } from 'node:net';

/** An error that the server answered. */
export class ErrorReply extends Error {}

/** A reply: bulk and simple strings are latin1 text, maps are Maps, sets are Sets. */
export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | ErrorReply
  | Push
  | Reply[]
  | Map<Reply, Reply>
  | Set<Reply>;

/** A message that no command asked for (RESP3). */
export class Push {
  readonly items: readonly Reply[];

  constructor(items: readonly Reply[]) {
    this.items = items;
  }
}

export class TestClient {
  /** Everything that no command asked for. */
  readonly pushes: Push[] = [];
  /** Called with each of them. */
  onPush: ((push: Push) => void) | undefined;
  /** Gets every reply instead of those who wait for one, when it is set: for MONITOR. */
  onReply: ((reply: Reply) => void) | undefined;
  readonly #socket: Socket;
  #text = '';
  /** Where the next reply begins in the text. */
  #at = 0;
  readonly #waiting: ((reply: Reply) => void)[] = [];
  readonly #unread: Reply[] = [];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => void socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      this.#read();
    });
  }

  static async open(port: number): Promise<TestClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => void socket.once('connect', resolve).once('error', reject));
    return new TestClient(socket);
  }

  /** Sends a command, and gives its reply; an error as a rejection. */
  async call(...args: readonly (string | number)[]): Promise<Reply> {
    const reply = await this.ask(...args);
    if (reply instanceof ErrorReply) throw reply;
    return reply;
  }

  /** Sends a command, and gives its reply; an error as a value. */
  ask(...args: readonly (string | number)[]): Promise<Reply> {
    this.write(requestOf(args));
    return this.next();
  }

  /** Sends bytes, as latin1 text. */
  write(text: string): void {
    this.#socket.write(text, 'latin1');
  }

  /** The next reply. */
  next(): Promise<Reply> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#waiting.push(resolve);
    this.#deliver();
    return promise;
  }

  end(): void {
    this.#socket.destroy();
  }

  #read(): void {
    for (;;) {
      const parsed = parseReply(this.#text, this.#at);
      if (parsed === undefined) break;
      this.#at = parsed.end;
      if (parsed.reply instanceof Push) this.#pushed(parsed.reply);
      else if (this.onReply !== undefined) this.onReply(parsed.reply);
      else this.#unread.push(parsed.reply);
    }
    this.#text = this.#text.slice(this.#at);
    this.#at = 0;
    this.#deliver();
  }

  #pushed(push: Push): void {
    this.pushes.push(push);
    this.onPush?.(push);
  }

  #deliver(): void {
    while (this.#waiting.length > 0 && this.#unread.length > 0) this.#waiting.shift()!(this.#unread.shift()!);
  }
}

/** A request as an array of bulk strings. */
export function requestOf(args: readonly (string | number)[]): string {
  return `*${args.length}\r\n${args.map((arg) => `$${String(arg).length}\r\n${arg}\r\n`).join('')}`;
}

/** The reply that begins at `start`; undefined when it is incomplete. */
function parseReply(text: string, start: number): { readonly reply: Reply; readonly end: number } | undefined {
  const lineEnd = text.indexOf('\r\n', start);
  if (lineEnd === -1) return undefined;
  const [type, line, end] = [text.charAt(start), text.slice(start + 1, lineEnd), lineEnd + 2];
  switch (type) {
    case '+':
      return { reply: line, end };
    case '-':
      return { reply: new ErrorReply(line), end };
    case ':':
      return { reply: Number.isSafeInteger(Number(line)) ? Number(line) : BigInt(line), end };
    case ',':
      return { reply: Number(line.replace('inf', 'Infinity')), end };
    case '(':
      return { reply: BigInt(line), end };
    case '#':
      return { reply: line === 't', end };
    case '_':
      return { reply: null, end };
    case '$':
    case '=': {
      const length = Number(line);
      if (length < 0) return { reply: null, end };
      if (text.length < end + length + 2) return undefined;
      return { reply: text.slice(type === '=' ? end + 4 : end, end + length), end: end + length + 2 };
    }
    case '*':
    case '%':
    case '~':
    case '>': {
      if (line === '-1') return { reply: null, end };
      const items: Reply[] = [];
      let at = end;
      for (let left = Number(line) * (type === '%' ? 2 : 1); left > 0; left--) {
        const item = parseReply(text, at);
        if (item === undefined) return undefined;
        items.push(item.reply);
        at = item.end;
      }
      return { reply: collect(type, items), end: at };
    }
    default:
      throw new Error(`The server sent something that is not RESP: ${JSON.stringify(text.slice(start, start + 80))}`);
  }
}

function collect(type: string, items: Reply[]): Reply {
  if (type === '>') return new Push(items);
  if (type === '~') return new Set(items);
  if (type === '*') return items;
  const map = new Map<Reply, Reply>();
  for (let at = 0; at < items.length; at += 2) map.set(items[at]!, items[at + 1]!);
  return map;
}
