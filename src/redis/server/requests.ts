/** How a request runs: from a client's bytes through the dispatcher, and what follows each command. */
import { Call, type Circumstances } from '../calls/call.ts';
import { Client, type OpenTransaction } from '../calls/client.ts';
import type { CommandRow } from '../calls/command.ts';
import { TOO_LARGE } from '../calls/errors.ts';
import { keyOfEachBatch } from '../calls/limits.ts';
import type { Parts } from '../calls/parts.ts';
import type { BlockedClients } from './blocking.ts';
import type { ClientPauses } from './clients/pauses.ts';
import { isHttp, SecurityWarning } from './clients/security-warning.ts';
import type { TrackedKeys } from './clients/tracking.ts';
import type { Connections } from './connections.ts';
import { type Dispatcher, type Gate, isFlagged } from './dispatch.ts';
import type { Turns } from './turns.ts';

/** What requests run on. */
export interface RequestParts {
  readonly connections: Connections;
  readonly turns: Turns;
  readonly dispatcher: Dispatcher;
  readonly blocked: BlockedClients;
  readonly tracking: TrackedKeys;
  readonly pauses: ClientPauses;
  readonly parts: Parts;
  /** Whether each effect records who caused it. */
  readonly audit: boolean;
  /** The time of the state, in ms since the epoch, when it stands still; undefined for the present. */
  frozenAt(): number | undefined;
  log(line: string): void;
}

export class Requests {
  readonly #on: RequestParts;
  readonly #warning: SecurityWarning;
  /** Stands for the server itself where a call needs a client. */
  readonly #self = new Client(0, Date.now(), '', '');

  constructor(on: RequestParts) {
    this.#on = on;
    this.#warning = new SecurityWarning(on.log);
  }

  /** Runs the next request of a client. False without a complete request, and when the client has to wait. */
  step(client: Client): boolean {
    const { connections, turns } = this.#on;
    const args = connections.next(client);
    if (args === undefined) return false;
    if (isHttp(args)) {
      this.#warning.warn(client.address, turns.now);
      connections.close(client, true);
      return false;
    }
    this.#perform(client, args);
    return true;
  }

  #perform(client: Client, args: readonly string[]): void {
    const { blocked, dispatcher, tracking } = this.#on;
    blocked.current = args;
    dispatcher.request(client, args);
    tracking.commandEnds(client);
    blocked.serve();
  }

  /** Runs the command of a client that waited. */
  rerun(client: Client, args: readonly string[]): void {
    this.#on.dispatcher.rerun(client, args);
    this.#on.tracking.commandEnds(client);
  }

  /** Lets the client wait when CLIENT PAUSE holds for its command. */
  postpones(client: Client, row: CommandRow, args: readonly string[]): boolean {
    const { pauses } = this.#on;
    const writes = isFlagged(client, row, 'write') || isFlagged(client, row, 'may_replicate');
    if (!pauses.isPaused(writes ? 'write' : 'all')) return false;
    pauses.postpone(client, () => this.#perform(client, args));
    return true;
  }

  /** The state and the time that a command sees. A command that reads sees the time of a state that stands still. */
  circumstances(client: Client, row?: CommandRow): Circumstances {
    const { turns, audit, frozenAt } = this.#on;
    const given = turns.circumstances(audit ? metaOf(client) : undefined);
    const now = row?.flags.includes('readonly') ? frozenAt() : undefined;
    return now === undefined ? given : { ...given, now };
  }

  /** Refuses a command that writes more than one commit may have. Called again when a transaction runs. */
  readonly sizeGate: Gate = (client, row, args) => {
    const { size } = this.#on.turns;
    if (row.name === 'exec') return size.fits(textsOfQueue(client.transaction)) ? undefined : TOO_LARGE;
    if (!row.flags.includes('write')) return undefined;
    return size.fits(args.length < 4 ? args : textsOf(args)) ? undefined : TOO_LARGE;
  };

  /** A call of the server itself, in the turn that runs. */
  ownCall(): Call {
    return new Call([], this.#self, this.#on.parts, this.circumstances(this.#self), false);
  }

  /** Runs a job of the server in a turn. Gives whether it ran: it does not while the log takes no writes. */
  inTurn(job: (call: Call) => void): Promise<boolean> {
    const { turns, blocked } = this.#on;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    promise.catch(() => undefined); // the turn fails as well, and says so
    turns.schedule(() => {
      if (!turns.isWritable) {
        resolve(false);
        return;
      }
      try {
        job(this.ownCall());
      } catch (error) {
        reject(error as Error);
        throw error;
      }
      blocked.serve();
      resolve(true);
    });
    return promise;
  }
}

/** What a command with these arguments may record: each of several effects names the key. */
function textsOf(args: readonly string[]): readonly string[] {
  return [...args, ...keyOfEachBatch(args[1]!, args)];
}

function textsOfQueue(transaction: OpenTransaction | undefined): readonly string[] {
  const writing = transaction?.queue.filter(({ row }) => row.flags.includes('write')) ?? [];
  return writing.flatMap(({ args }) => textsOf(args));
}

/** Who caused an effect, for the log. */
function metaOf({ id, name, address, lastCommand, user }: Client): object {
  return { command: lastCommand, client: name === '' ? `${id} ${address}` : `${id} ${address} ${name}`, user };
}
