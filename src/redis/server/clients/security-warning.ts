/** Browsers that were made to talk to the server: requests that begin with `POST` or `Host:`. */

/** The log says it once in so many ms, because an attacker may try often. */
const WARNING_MS = 60_000;

/** Whether a request looks like HTTP, which no client of the protocol sends. */
export function isHttp(args: readonly string[]): boolean {
  const word = args[0]!;
  return (word.length === 4 || word.length === 5) && /^(?:post|host:)$/i.test(word);
}

/** Writes the warning, but not too often. */
export class SecurityWarning {
  readonly #log: (message: string) => void;
  #last = Number.NEGATIVE_INFINITY;

  constructor(log: (message: string) => void) {
    this.#log = log;
  }

  /** @param now in ms since the epoch */
  warn(address: string, now: number): void {
    if (now - this.#last < WARNING_MS) return;
    this.#last = now;
    this.#log(
      `Possible SECURITY ATTACK: a client sent POST or Host:, as a browser does that a page of an attacker has misled. The connection from ${address} was closed.`,
    );
  }
}
