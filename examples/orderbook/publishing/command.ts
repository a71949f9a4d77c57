/** The command `publish`: a book as market data, one JSON object a line on stdout. */
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { openStore } from 'refold';
import { parseInteger } from '../feeds/reading/csv.ts';
import feedBook from '../follow/index.ts';
import orderBook from '../model/index.ts';
import { parseLength } from '../questions/books/market-calendar.ts';
import { listedSymbols, noSymbol } from '../questions/books/symbols.ts';
import { type BookPosition, parsePosition, sequenceOf } from '../show.ts';
import { modelIn } from '../workspace.ts';
import type { ConsumerQueue } from './consumer-queue.ts';
import { CHANNELS, type Channel, lineOf } from './messages.ts';
import { cannotPublish } from './publish-options.ts';
import { type PublishedStore, publishBook } from './publisher.ts';

interface PublishCommandOptions {
  readonly speed: number | 'max';
  readonly from?: BookPosition;
  readonly to?: BookPosition;
  readonly symbol?: readonly string[];
  readonly depth?: number;
  readonly only?: readonly Channel[];
  readonly follow?: boolean;
  readonly snapshot?: boolean;
  readonly at?: BookPosition;
  readonly snapshotEvery?: number;
}

/** So much text is written at once. */
const CHUNK = 64 * 1024;

const HELP = `
Channels of each symbol: l2 (the levels that changed), trades, bbo (best bid and ask). Each begins with a snapshot. In a
message, "sequence" is that of its commit in the log, and "previous" that of the message before it in its channel:

  previous <= yours < sequence    apply it
  sequence <= yours               you have it: leave it out
  yours < previous                you missed a message: take a snapshot, and go on from its sequence

A level is [price, quantity, orders]; quantity 0 removes it. Ends with 0 when the reader closes the pipe.

Examples:
  npm run --silent orderbook -- publish book.db --speed 10x --only bbo
  npm run --silent orderbook -- publish book.db --from 10:00 --to 10:05 --symbol GOOG --depth 10
  npm run --silent orderbook -- publish book.db --snapshot --at 10:31:07.123`;

/** Adds `publish` to a command line. */
export function addPublish(root: Command): void {
  root
    .command('publish')
    .description('market data of a book as JSON lines: level changes, trades, best bid and ask')
    .argument('<book>', 'the file of a book; another process may be writing it')
    .addOption(
      new Option('--speed <speed>', '10x is ten times as fast as the market was; max does not wait')
        .default('max' as const)
        .argParser(parseSpeed),
    )
    .addOption(position('--from', 'the first event: a sequence, a time of its day, an ISO time, or ms since the epoch'))
    .addOption(position('--to', 'the last event'))
    .addOption(new Option('--symbol <names>', 'only these symbols, separated by commas').argParser(parseNames))
    .addOption(new Option('--depth <levels>', 'levels of each side; default all').argParser(parseCount))
    .addOption(new Option('--only <channels>', `some of ${CHANNELS.join(',')}`).argParser(parseChannels))
    .option('--follow', 'go on with what another process writes, until Ctrl-C')
    .addOption(
      new Option('--snapshot-every <time>', 'a snapshot of the levels each 10s, 500ms or 1m of the market').argParser(
        parseSpan,
      ),
    )
    .option('--snapshot', 'only a snapshot of each channel')
    .addOption(position('--at', 'the place of --snapshot; default the end'))
    .addHelpText('after', HELP)
    .action(publish);
}

async function publish(path: string, options: PublishCommandOptions): Promise<void> {
  const {
    from,
    to,
    at,
    snapshot = false,
    follow = false,
    speed,
    depth,
    only,
    snapshotEvery,
    symbol: symbols,
  } = options;
  if (at !== undefined && !snapshot)
    throw cannotPublish('--at is the place of a snapshot', '--at', 'Give --snapshot too, or --from');
  if (snapshot && (from ?? to ?? snapshotEvery) !== undefined)
    throw cannotPublish('--snapshot has one place', '--snapshot', 'Give --at');
  if (snapshot && follow) throw cannotPublish('a snapshot ends', '--follow', 'Give one of --snapshot and --follow');
  if (follow && to !== undefined)
    throw cannotPublish('with --follow there is no end', '--to', 'Give one of --to and --follow');
  await using store = await openBookOf(path, follow);
  if (!follow) requireSymbols([...store.state.symbols.keys()], symbols);
  const place = async (option: string, given: BookPosition | undefined, edge: 'first' | 'last') =>
    given === undefined ? undefined : sequenceOf(store as never, given, edge, option);
  const begin = snapshot
    ? ((await place('--at', at, 'last')) ?? store.sequence) + 1
    : await place('--from', from, 'first');
  const end = snapshot ? begin! - 1 : await place('--to', to, 'last');
  await using publisher = await publishBook(store as PublishedStore, {
    from: begin,
    to: end,
    follow,
    speed,
    depth,
    only,
    symbols,
    snapshotEvery,
  });

  await print(publisher.consume({ whenFull: 'wait' }));
}

/** Opens the book in a file with the model that its log names. */
async function openBookOf(path: string, live: boolean) {
  const options = { path, readOnly: true, live };
  return (await modelIn(path)) === feedBook.name ? openStore(feedBook, options) : openStore(orderBook, options);
}

/** Writes messages as lines, at the pace of their reader, until they end or the reader leaves. */
async function print(messages: ConsumerQueue): Promise<void> {
  const { stdout } = process;
  const leaving = new AbortController();
  let failure: Error | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    // A reader that has enough closes the pipe.
    if (error.code !== 'EPIPE') failure = error;
    leaving.abort();
    void messages.return();
  };
  let text = '';
  let turn: NodeJS.Immediate | undefined;
  /** Returns whether there is room for more. */
  const flush = (): boolean => {
    clearImmediate(turn);
    turn = undefined;
    const chunk = text;
    text = '';
    return chunk === '' || leaving.signal.aborted || stdout.write(chunk);
  };
  stdout.on('error', onError);
  try {
    for await (const message of messages) {
      text += `${lineOf(message)}\n`;
      // What is there is written at the end of the turn, so that it does not wait for the next message.
      turn ??= setImmediate(flush);
      if (text.length >= CHUNK && !flush()) await once(stdout, 'drain', { signal: leaving.signal }).catch(() => {});
    }
    flush();
  } finally {
    clearImmediate(turn);
    // The error of the last write comes after it.
    setImmediate(() => stdout.off('error', onError));
  }
  if (failure !== undefined) throw failure;
}

function requireSymbols(listed: readonly string[], wanted: readonly string[] = []): void {
  const unknown = wanted.find((symbol) => !listed.includes(symbol));
  if (unknown === undefined) return;
  const hint = listed.length === 0 ? 'It has no symbols yet: give --follow to wait' : listedSymbols(listed);
  throw cannotPublish(noSymbol(unknown), '--symbol', hint);
}

function position(flag: string, description: string): Option {
  return new Option(`${flag} <position>`, description).argParser((text) => parsePosition(text, flag));
}

function parseSpeed(text: string): number | 'max' {
  if (text === 'max') return text;
  const speed = /^\d+(?:\.\d+)?x?$/.test(text) ? Number.parseFloat(text) : 0;
  if (speed > 0 && Number.isFinite(speed)) return speed;
  throw cannotPublish(`${JSON.stringify(text)} is not a speed`, '--speed', 'Give 10x, 1x, 0.5x … or max');
}

function parseNames(text: string): readonly string[] {
  const names = text.split(',').filter((name) => name !== '');
  if (names.length > 0) return names;
  throw cannotPublish('there is no name', '--symbol', 'Give names separated by commas, such as GOOG,MSFT');
}

function parseCount(text: string): number {
  const count = parseInteger(text);
  if (count !== undefined && count > 0) return count;
  throw cannotPublish(`${JSON.stringify(text)} is not a number of levels`, '--depth', 'Give a whole number above 0');
}

function parseChannels(text: string): readonly Channel[] {
  const channels = text.split(',');
  const isChannel = (name: string): name is Channel => (CHANNELS as readonly string[]).includes(name);
  if (channels.every(isChannel)) return channels;
  throw cannotPublish(
    `${JSON.stringify(text)} names a channel that does not exist`,
    '--only',
    `Give some of ${CHANNELS.join(',')}`,
  );
}

/** `500ms`, `10s`, `1m`, `1h`, in ms. */
function parseSpan(text: string): number {
  const span = parseLength(text);
  if (span !== undefined) return span;
  throw cannotPublish(
    `${JSON.stringify(text)} is not a time`,
    '--snapshot-every',
    'Give a time such as 500ms, 10s, 1m or 1h',
  );
}
