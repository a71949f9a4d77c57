/** What is published, how fast, and to whom; and what is refused. */
import { RefoldError } from 'refold';
import type { WhenFull } from './consumer-queue.ts';
import { CHANNELS, type Channel } from './messages.ts';

export interface PublishOptions {
  /** The first event; default the first of the log. A commit is published whole if it has this event or a later one. */
  readonly from?: number | undefined;
  /** The last event; default the end of the log. A commit that ends later is not published. Refused with `follow`. */
  readonly to?: number | undefined;
  /** Goes on with what is written from now on, until `signal` aborts or the publisher is closed. Default false. */
  readonly follow?: boolean | undefined;
  /** 10 is ten times as fast as the market was; `max`, the default, does not wait. */
  readonly speed?: number | 'max' | undefined;
  /** Only these symbols; default all, also those that are listed later. */
  readonly symbols?: readonly string[] | undefined;
  /** Only these channels; default all. */
  readonly only?: readonly Channel[] | undefined;
  /** Levels of each side; default all. */
  readonly depth?: number | undefined;
  /** A snapshot of the `l2` channel of each symbol each time so many ms of the market have passed; default none. */
  readonly snapshotEvery?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ConsumeOptions {
  /** How many messages may be on their way to this consumer; default 4,096. */
  readonly queue?: number | undefined;
  /** Default: `wait` where publishing may wait, at the speed `max` without `follow`; otherwise `skip`. */
  readonly whenFull?: WhenFull | undefined;
}

/** @throws RefoldError `INVALID_OPTION` for the first bad one */
export function requirePublishable({
  from,
  to,
  follow,
  speed = 'max',
  depth,
  snapshotEvery,
  only,
}: PublishOptions): void {
  const isCount = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;
  if (from !== undefined && !isCount(from, 0))
    throw cannotPublish('it is not a sequence', 'from', 'Give a whole number from 0');
  if (to !== undefined && !isCount(to, 0))
    throw cannotPublish('it is not a sequence', 'to', 'Give a whole number from 0');
  if (to !== undefined && follow === true)
    throw cannotPublish('with follow there is no end', 'to', 'Give one of to and follow');
  if (speed !== 'max' && !(Number.isFinite(speed) && speed > 0))
    throw cannotPublish(
      'it is not a speed',
      'speed',
      'Give max, or a number above 0: 10 is ten times as fast as the market',
    );
  if (depth !== undefined && !isCount(depth, 1))
    throw cannotPublish('it is not a number of levels', 'depth', 'Give a whole number above 0');
  if (snapshotEvery !== undefined && !(Number.isFinite(snapshotEvery) && snapshotEvery > 0))
    throw cannotPublish('it is not a time', 'snapshotEvery', 'Give ms above 0');
  if (only !== undefined && (only.length === 0 || only.some((one) => !CHANNELS.includes(one))))
    throw cannotPublish('there is no such channel', 'only', `Give some of ${CHANNELS.join(', ')}`);
}

/** An option with which a book cannot be published. */
export function cannotPublish(problem: string, type: string, hint: string): RefoldError {
  return new RefoldError('INVALID_OPTION', `Cannot publish the book: ${problem}`, { type, hint });
}
