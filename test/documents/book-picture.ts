/**
 * The README's animation: the order book at several sequences of one log, as the example's `show --json` printed it.
 *
 * Pure: frames in, SVG text out. `make-book-picture.ts` collects the frames and writes the file. The picture has no
 * background, and its colours suit light and dark pages.
 */

/** One level of the book. */
export interface PictureLevel {
  readonly price: number;
  readonly quantity: number;
  readonly count: number;
}

/** One trade on the tape; a hidden one has no number. */
export interface PictureTrade {
  readonly tradeId: number | null;
  readonly price: number;
  readonly quantity: number;
  readonly takerSide: 'buy' | 'sell';
}

/** The book after one event. */
export interface PictureFrame {
  readonly sequence: number;
  /** What happened at this place in the log, when it is worth a line. */
  readonly caption?: string;
  readonly symbol: string;
  /** Best first. */
  readonly bids: readonly PictureLevel[];
  readonly asks: readonly PictureLevel[];
  /** Newest first. */
  readonly trades: readonly PictureTrade[];
}

const WIDTH = 760;
const LEVELS = 8;
const ROW = 20;
const TOP = 64;
const LONGEST_BAR = 190;
const SECONDS_A_FRAME = 0.5;
/** A frame with a caption stays on the screen as long as this many others. */
const READING = 5;
const HEIGHT = TOP + ROW * (2 * LEVELS + 1) + 44;

const STYLE = `
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #57606a; white-space: pre; }
  .title { fill: #1f2328; font-weight: 600; }
  .ask { fill: #cf222e; } .bid { fill: #1a7f37; } .bar { fill-opacity: 0.3; }
  .rail { stroke: #d0d7de; stroke-width: 2; } .mark { fill: #0969da; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .title { fill: #f0f6fc; }
    .ask { fill: #ff7b72; } .bid { fill: #56d364; }
    .rail { stroke: #3d444d; } .mark { fill: #4493f8; }
  }`;

/**
 * Draws the frames as an animation that repeats. A viewer that shows no animations shows the last frame.
 *
 * @param lastSequence where the log ends: the mark at the bottom moves from its beginning to there
 */
export function drawBookPicture(frames: readonly PictureFrame[], lastSequence: number): string {
  const shown = frames.flatMap((frame) =>
    Array.from({ length: frame.caption === undefined ? 1 : READING }, () => frame),
  );
  const largest = Math.max(...frames.flatMap(({ bids, asks }) => [...bids, ...asks].map(({ quantity }) => quantity)));
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img">`,
    '<title>An order book, rebuilt from its log at several sequences: the ladder of prices and the last trades</title>',
    `<style>${STYLE}\n</style>`,
    ...frames.map((frame) => drawFrame(frame, { largest, lastSequence, animation: animationOf(frame, shown) })),
    '</svg>',
  ].join('\n')}\n`;
}

interface Drawing {
  readonly largest: number;
  readonly lastSequence: number;
  readonly animation: string;
}

/** When the frame is visible, as one SMIL element; the last frame is the one that is visible without animation. */
function animationOf(frame: PictureFrame, shown: readonly PictureFrame[]): string {
  const from = shown.indexOf(frame) / shown.length;
  const until = (shown.lastIndexOf(frame) + 1) / shown.length;
  const steps = [
    [0, from === 0 ? 'visible' : 'hidden'],
    ...(from === 0 ? [] : [[from, 'visible']]),
    ...(until === 1 ? [] : [[until, 'hidden']]),
  ];
  const list = (index: 0 | 1): string => steps.map((step) => step[index]).join(';');
  const seconds = shown.length * SECONDS_A_FRAME;
  return `<animate attributeName="visibility" calcMode="discrete" dur="${seconds}s" repeatCount="indefinite" keyTimes="${list(0)}" values="${list(1)}"/>`;
}

function drawFrame(frame: PictureFrame, { largest, lastSequence, animation }: Drawing): string {
  const last = animation.endsWith('visible"/>');
  const asks = frame.asks.slice(0, LEVELS).reverse();
  const bids = frame.bids.slice(0, LEVELS);
  const spread = frame.asks[0]!.price - frame.bids[0]!.price;
  const railY = HEIGHT - 22;
  const markX = 16 + (frame.sequence / lastSequence) * (WIDTH - 32);
  return [
    `<g visibility="${last ? 'visible' : 'hidden'}">${animation}`,
    text(16, 24, `${frame.symbol}  after event ${grouped(frame.sequence)}`, 'title'),
    text(WIDTH - 16, 24, frame.caption ?? '', 'title', 'end'),
    text(16, 48, `${'price'.padStart(10)}${'size'.padStart(9)}${'orders'.padStart(8)}`),
    text(520, 48, 'last trades'),
    ...asks.map((level, row) => drawLevel(level, row, largest, 'ask')),
    text(16, TOP + ROW * (LEVELS + 0.7), `──── spread ${spread} ────`),
    ...bids.map((level, row) => drawLevel(level, LEVELS + 1 + row, largest, 'bid')),
    ...frame.trades.map((trade, row) => drawTrade(trade, row)),
    `<line class="rail" x1="16" x2="${WIDTH - 16}" y1="${railY}" y2="${railY}"/>`,
    `<circle class="mark" cx="${markX.toFixed(1)}" cy="${railY}" r="6"/>`,
    '</g>',
  ].join('\n');
}

function drawLevel({ price, quantity, count }: PictureLevel, row: number, largest: number, side: string): string {
  const y = TOP + ROW * row;
  const width = Math.max(2, Math.round((quantity / largest) * LONGEST_BAR));
  const label = `${String(price).padStart(10)}${grouped(quantity).padStart(9)}${grouped(count).padStart(8)}`;
  return `<rect class="bar ${side}" x="262" y="${y + 2}" width="${width}" height="${ROW - 6}"/>${text(16, y + 14, label, side)}`;
}

function drawTrade({ tradeId, price, quantity, takerSide }: PictureTrade, row: number): string {
  const what = tradeId === null ? 'hidden' : takerSide === 'buy' ? 'bought' : 'sold';
  const side = tradeId === null ? '' : takerSide === 'buy' ? 'bid' : 'ask';
  return text(520, TOP + ROW * row + 14, `${price}${grouped(quantity).padStart(6)}  ${what}`, side);
}

function text(x: number, y: number, words: string, kind = '', anchor = 'start'): string {
  const looks = kind === '' ? '' : ` class="${kind}"`;
  const side = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  return words === '' ? '' : `<text x="${x}" y="${y}"${looks}${side}>${words}</text>`;
}

function grouped(amount: number): string {
  return amount.toLocaleString('en-US');
}
