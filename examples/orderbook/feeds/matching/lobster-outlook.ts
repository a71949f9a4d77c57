/**
 * A look ahead through a LOBSTER file: which orders it names that it never entered, and which it enters and never ends.
 *
 * The first are volume that has to be seeded. Seeded under their own ids, they are executed and deleted like any other
 * order. The second are those to take when volume has left out of sight.
 */
import type { Side } from '../../model/index.ts';
import type { ProgressBar } from '../../progress.ts';
import type { Message } from '../reading/lobster-messages.ts';

/** An order that the file names and did not enter. */
interface Stranger {
  readonly orderId: number;
  readonly side: Side;
  readonly price: number;
  /** What its messages from here on take away in all. */
  quantity: number;
  /** Whether its deletion was seen. Messages after it are not its own. */
  isOver: boolean;
}

/** Ids tell the age of orders if nine of ten new orders have larger ids than those before them. */
const ENOUGH_ENTRIES = 100;
const RARE = 0.1;

export class Outlook {
  /** Strangers that are not in the book, by side and price, in the order in which the file names them. */
  readonly #byPlace = new Map<string, Stranger[]>();
  readonly #strangers = new Map<number, Stranger>();
  readonly #unfinished: ReadonlySet<number>;
  /** The id of the first order that enters; undefined if ids do not tell the age of orders. */
  readonly #firstId: number | undefined;

  private constructor(strangers: Iterable<Stranger>, unfinished: ReadonlySet<number>, firstId: number | undefined) {
    this.#unfinished = unfinished;
    this.#firstId = firstId;
    for (const stranger of strangers) {
      this.#strangers.set(stranger.orderId, stranger);
      const place = placeOf(stranger.side, stranger.price);
      const others = this.#byPlace.get(place);
      if (others === undefined) this.#byPlace.set(place, [stranger]);
      else others.push(stranger);
    }
  }

  /** Reads all messages. Memory grows with the orders that are open at one time, and with those that it returns. */
  static async of(
    blocks: AsyncIterable<Iterable<Message>>,
    progress?: ProgressBar,
    share?: () => number | undefined,
  ): Promise<Outlook> {
    const open = new Map<number, number>();
    const strangers = new Map<number, Stranger>();
    let [entries, stepsBack, lastId] = [0, 0, Number.NEGATIVE_INFINITY];
    let firstId: number | undefined;
    const look = (message: Message): void => {
      const { type, orderId, quantity, line } = message;
      progress?.update(line, share?.());
      if (type === 1) {
        entries++;
        if (orderId < lastId) stepsBack++;
        lastId = orderId;
        firstId ??= orderId;
        open.set(orderId, quantity);
      } else if (type === 2 || type === 3 || type === 4) {
        const rest = open.get(orderId);
        if (rest === undefined) meetStranger(strangers, message);
        else if (type === 3 || rest <= quantity) open.delete(orderId);
        else open.set(orderId, rest - quantity);
      }
    };
    try {
      for await (const messages of blocks) for (const message of messages) look(message);
    } finally {
      progress?.end();
    }
    const idsRise = entries >= ENOUGH_ENTRIES && stepsBack < entries * RARE;
    return new Outlook(strangers.values(), new Set(open.keys()), idsRise ? firstId : undefined);
  }

  /** Whether the file enters this order and never ends it. */
  isUnfinished(orderId: number): boolean {
    return this.#unfinished.has(orderId);
  }

  /**
   * The orders that stand at a place where volume is missing, oldest first. From now on they are known.
   *
   * Those that the file names first are there first, because the others may have entered later, out of sight.
   *
   * @param largestId of the orders that have entered: an order of a larger id does not exist yet
   */
  settle(side: Side, price: number, missing: number, largestId: number): readonly Readonly<Stranger>[] {
    const place = placeOf(side, price);
    const settled: Stranger[] = [];
    const newest = this.#firstId === undefined ? Number.POSITIVE_INFINITY : Math.max(this.#firstId, largestId);
    let rest = missing;
    const others = (this.#byPlace.get(place) ?? []).filter((stranger) => {
      if (!this.#strangers.has(stranger.orderId)) return false;
      if (stranger.orderId > newest || stranger.quantity > rest) return true;
      rest -= stranger.quantity;
      settled.push(stranger);
      this.#strangers.delete(stranger.orderId);
      return false;
    });
    if (others.length === 0) this.#byPlace.delete(place);
    else this.#byPlace.set(place, others);
    return this.#firstId === undefined ? settled : settled.sort((a, b) => a.orderId - b.orderId);
  }

  /** A message named a stranger that is not in the book: what it took away is past. */
  pass({ orderId, quantity }: Message): void {
    const stranger = this.#strangers.get(orderId);
    if (stranger === undefined) return;
    stranger.quantity -= quantity;
    if (stranger.quantity <= 0) this.#strangers.delete(orderId);
  }
}

function meetStranger(strangers: Map<number, Stranger>, { type, orderId, side, price, quantity }: Message): void {
  const known = strangers.get(orderId);
  if (known === undefined) strangers.set(orderId, { orderId, side, price, quantity, isOver: type === 3 });
  else if (!known.isOver && known.side === side && known.price === price) {
    known.quantity += quantity;
    known.isOver = type === 3;
  }
}

function placeOf(side: Side, price: number): string {
  return `${side} ${price}`;
}
