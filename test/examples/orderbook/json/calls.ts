/** The calls whose output is held, by command, in the order in which they run: later ones need the books of earlier ones. */
export const CALLS: { readonly [command: string]: readonly string[] } = {
  tape: [
    'tape tape.csv --check rows.csv --db tape.db',
    'tape tape.csv --check wrong-rows.csv',
    'tape tape.csv --strict',
    'tape tape.csv --db tape.db',
    'tape missing.csv',
  ],
  lobster: [
    'lobster GOOG_2012-06-21_message.csv GOOG_2012-06-21_orderbook.csv --db lobster.db',
    'lobster GOOG_2012-06-21_message.csv rows.csv',
  ],
  consensus: ['consensus consensus.csv', 'consensus consensus.csv --strict', 'consensus tape.csv'],
  import: [
    'import lobster GOOG_2012-06-21_message.csv GOOG_2012-06-21_orderbook.csv --db feed.db',
    'import lobster GOOG_2012-06-21_message.csv GOOG_2012-06-21_orderbook.csv --db feed.db',
    'import paper GOOG_2012-06-21_message.csv',
  ],
  compare: [
    'compare lobster GOOG_2012-06-21_message.csv GOOG_2012-06-21_orderbook.csv',
    'compare lobster GOOG_2012-06-21_message.csv --levels 0',
  ],
  replay: ['replay book.db', 'replay feed.db', 'replay tape.csv'],
  show: ['show book.db', 'show book.db --at 09:30:04', 'show feed.db', 'show book.db --at 99'],
  order: ['order book.db 1', 'order book.db 4', 'order feed.db 3', 'order book.db 99'],
  trades: [
    'trades book.db',
    'trades feed.db',
    'trades book.db --out trades.csv',
    'trades book.db --out trades.csv --from 99',
  ],
  bars: ['bars book.db --every 1s', 'bars book.db --fill --every 1s', 'bars book.db --every 0s'],
  book: ['book book.db --levels 2 --every 2s', 'book book.db --symbol X'],
  spread: ['spread book.db', 'spread book.db --every 2s', 'spread book.db --symbol X'],
  imbalance: [
    'imbalance book.db',
    'imbalance book.db --every 2s',
    'imbalance book.db --at 5',
    'imbalance book.db --symbol X',
  ],
  fills: ['fills book.db --account cat', 'fills book.db --account dan'],
  queue: ['queue book.db 100', 'queue book.db 104 --side sell --at 8', 'queue book.db cheap'],
  diff: ['diff lobster.db feed.db', 'diff book.db --from 3 --to 9', 'diff book.db'],
  // A call that opens the studio does not end: the command's test has one.
  studio: ['studio --levels 10', 'studio --rate 0', 'studio --db book.db --seed 1', 'studio --db missing.db'],
  publish: ['publish book.db', 'publish book.db --snapshot', 'publish feed.db --to 4', 'publish book.db --symbol X'],
};
