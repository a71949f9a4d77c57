/**
 * The rows of Databento's MBO files as texts: of CSV with a header, or of JSON with an object on each line.
 *
 *     ts_recv,ts_event,rtype,publisher_id,instrument_id,action,side,price,size,channel_id,order_id,flags,ts_in_delta,…
 *     {"ts_recv":"1609113600000000000","hd":{"ts_event":"1609099225061045683","rtype":160,…},"action":"A",…}
 *
 * Fields are found by name, in any order, among any others. A value that the file does not have, or that is `null`, is
 * an empty text. A row is given out only if it was read as a whole.
 */
import type { RefoldError } from 'refold';
import { type LineBlock, readLineBlocks, type TextSource, unreadable } from '../../reading/csv.ts';
import { firstLineOf, Header, unendedLine } from '../../reading/header.ts';

/** What is read of a row. */
export interface MboRow {
  time: string;
  rtype: string;
  publisher: string;
  instrument: string;
  action: string;
  side: string;
  price: string;
  size: string;
  id: string;
  flags: string;
  symbol: string;
}

export type MboField = keyof MboRow;

/** Which of the two times of a message counts. */
export type MboTime = 'ts_recv' | 'ts_event';

/** How to read the lines of a file, once its first line has told what it is. */
export interface MboLayout {
  /** Lines of the header. */
  readonly headerLines: number;
  /** The row of a line; undefined for a line without one. */
  rowOf(text: string, line: number): MboRow | undefined;
  /** An error that names a line and what it calls a field. */
  error(line: number, field: MboField, problem: string, hint: string): RefoldError;
  /** The field at the end of each line, where a cut would not be seen. */
  readonly lastField: MboField | undefined;
}

/** Lines that follow each other, with how to read them. */
export interface MboBlock extends LineBlock {
  readonly layout: MboLayout;
  readonly firstLine: number;
}

/** So many of the first lines are read before any is given out. */
const LOOK_AHEAD = 1_000;

/**
 * The blocks of lines of a file. The first comes with the first 1,000 lines: they do not depend on how the file is parted
 * into blocks.
 */
export async function* readMboBlocks(
  source: TextSource,
  time: MboTime | undefined,
): AsyncGenerator<MboBlock & { readonly ahead?: readonly string[] }, void, void> {
  let waiting: MboBlock[] | undefined = [];
  let count = 0;
  try {
    for await (const block of blocksOf(source, time)) {
      if (waiting === undefined) {
        yield block;
        continue;
      }
      waiting.push(block);
      count += block.lines.length;
      if (count < LOOK_AHEAD) continue;
      const blocks: readonly MboBlock[] = waiting;
      waiting = undefined;
      yield* withLookAhead(blocks);
    }
  } catch (error) {
    // The lines before one that cannot be read are given out.
    if (waiting !== undefined) yield* withLookAhead(waiting);
    throw error;
  }
  if (waiting !== undefined) yield* withLookAhead(waiting);
}

function* withLookAhead(blocks: readonly MboBlock[]): Generator<MboBlock & { readonly ahead?: readonly string[] }> {
  for (const [index, block] of blocks.entries()) {
    yield index > 0 ? block : { ...block, ahead: blocks.flatMap(({ lines }) => lines).slice(0, LOOK_AHEAD) };
  }
}

async function* blocksOf(source: TextSource, time: MboTime | undefined): AsyncGenerator<MboBlock, void, void> {
  let layout: MboLayout | undefined;
  let firstLine = 1;
  for await (const block of readLineBlocks(source)) {
    if (layout === undefined) {
      const first = firstLineOf(source.path, block.lines[0]!);
      layout = layoutOf(source.path, first, time);
      if (layout.headerLines === 1 && block.unended === true) throw unendedLine(source.path, 1);
      const lines = layout.headerLines === 0 ? [first, ...block.lines.slice(1)] : block.lines.slice(1);
      firstLine += layout.headerLines;
      yield { ...block, lines, layout, firstLine };
      firstLine += lines.length;
    } else {
      yield { ...block, layout, firstLine };
      firstLine += block.lines.length;
    }
  }
  if (layout === undefined) throw unreadable(source.path, 'it is empty', { hint: NO_HEADER });
}

const NO_HEADER = "Give a file of Databento's schema mbo: CSV with its header, or JSON with an object on each line";

function layoutOf(path: string, first: string, time: MboTime | undefined): MboLayout {
  if (first.trimStart().startsWith('{')) return jsonLayout(path, time);
  if (first.trimStart().startsWith('[')) {
    const problem = 'line 1: it is a JSON array';
    throw unreadable(path, problem, { line: 1, hint: "Write an object on each line: jq -c '.[]' FILE" });
  }
  return csvLayout(path, first, time);
}

/** What the columns are called, beside the time's. */
const NAMES: Readonly<Record<Exclude<MboField, 'time'>, string>> = {
  rtype: 'rtype',
  publisher: 'publisher_id',
  instrument: 'instrument_id',
  action: 'action',
  side: 'side',
  price: 'price',
  size: 'size',
  id: 'order_id',
  flags: 'flags',
  symbol: 'symbol',
};

const FIELDS = Object.keys(NAMES) as Exclude<MboField, 'time'>[];

function csvLayout(path: string, first: string, time: MboTime | undefined): MboLayout {
  const header = new Header(path, first);
  const times = time === undefined ? ['ts_recv', 'ts_event'] : [time];
  const at = { time: header.find(...times) } as Record<MboField, number>;
  for (const field of FIELDS) at[field] = header.find(NAMES[field]);
  header.require(
    {
      [times.join(' or ')]: at.time,
      ...Object.fromEntries(
        (['action', 'side', 'price', 'size', 'id', 'flags'] as const).map((field) => [NAMES[field], at[field]]),
      ),
      'symbol or instrument_id': Math.max(at.symbol, at.instrument),
    },
    NO_HEADER,
  );
  const lastField = (['time', ...FIELDS] as const).find((field) => at[field] === header.width - 1);
  return {
    headerLines: 1,
    error: (line, field, problem, hint) => header.error(line, problem, hint, at[field] === -1 ? undefined : at[field]),
    lastField,
    rowOf(text, line) {
      if (text === '') return undefined;
      const fields = header.fieldsOf(text, line);
      return {
        time: fields[at.time]!,
        rtype: fields[at.rtype] ?? '',
        publisher: fields[at.publisher] ?? '',
        instrument: fields[at.instrument] ?? '',
        action: fields[at.action]!,
        side: fields[at.side]!,
        price: fields[at.price]!,
        size: fields[at.size]!,
        id: fields[at.id]!,
        flags: fields[at.flags]!,
        symbol: fields[at.symbol] ?? '',
      };
    },
  };
}

/** A line as Databento writes it. To read it so is four times faster than as any JSON, which other lines are. */
const USUAL_LINE =
  /^\{"ts_recv":"([^"\\]*)","hd":\{"ts_event":"([^"\\]*)","rtype":(\d+),"publisher_id":(\d+),"instrument_id":(\d+)\},"action":"([^"\\]*)","side":"([^"\\]*)","price":(?:"([^"\\]*)"|null),"size":(\d+),"channel_id":\d+,"order_id":"([^"\\]*)","flags":(\d+),"ts_in_delta":-?\d+,"sequence":\d+(?:,"symbol":"([^"\\]*)")?\}$/;

function usualRow(text: string, time: MboTime | undefined): MboRow | undefined {
  const parts = USUAL_LINE.exec(text);
  if (parts === null) return undefined;
  const received = parts[1]!;
  return {
    time: time === 'ts_event' || (time === undefined && received === '') ? parts[2]! : received,
    rtype: parts[3]!,
    publisher: parts[4]!,
    instrument: parts[5]!,
    action: parts[6]!,
    side: parts[7]!,
    price: parts[8] ?? '',
    size: parts[9]!,
    id: parts[10]!,
    flags: parts[11]!,
    symbol: parts[12] ?? '',
  };
}

type Json = Readonly<Record<string, unknown>>;

function jsonLayout(path: string, time: MboTime | undefined): MboLayout {
  return {
    headerLines: 0,
    error(line, field, problem, hint) {
      const at = field === 'time' ? (time ?? 'ts_recv') : NAMES[field];
      return unreadable(path, `line ${line}: ${problem} (member ${at})`, { line, hint, at });
    },
    lastField: undefined,
    rowOf(text, line) {
      if (text === '') return undefined;
      const usual = usualRow(text, time);
      if (usual !== undefined) return usual;
      const record = parseLine(path, text, line);
      const header = isObject(record.hd) ? record.hd : record;
      const textOf = (name: string): string => plainText(header[name] ?? record[name]);
      return {
        time: time === undefined ? textOf('ts_recv') || textOf('ts_event') : textOf(time),
        rtype: textOf('rtype'),
        publisher: textOf('publisher_id'),
        instrument: textOf('instrument_id'),
        action: plainText(record.action),
        side: plainText(record.side),
        price: plainText(record.price),
        size: plainText(record.size),
        id: plainText(record.order_id),
        flags: plainText(record.flags),
        symbol: plainText(record.symbol),
      };
    },
  };
}

/** An object, whose numbers past 2^53 are texts of all their digits. */
function parseLine(path: string, text: string, line: number): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (losesDigits(value)) value = JSON.parse(text, keepDigits as (key: string, value: unknown) => unknown);
  } catch (cause) {
    const { message } = cause as SyntaxError;
    const column = Number(/position (\d+)/.exec(message)?.[1] ?? text.length) + 1;
    throw unreadable(path, `line ${line}: it is not JSON (column ${column})`, {
      line,
      at: `column ${column}`,
      hint: 'Complete the line; if it is the last one, the file was cut',
      cause,
    });
  }
  if (isObject(value)) return value;
  throw unreadable(path, `line ${line}: it is not a JSON object`, { line, hint: NO_HEADER });
}

/** Whether numbers of a record, or of its header, need their texts: those past 2^53, and a price such as `5000.0`. */
function losesDigits(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { price, order_id, ts_recv, ts_event, hd } = value;
  return typeof price === 'number' || isLong(order_id) || isLong(ts_recv) || isLong(ts_event) || losesDigits(hd);
}

function isLong(value: unknown): boolean {
  return typeof value === 'number' && !Number.isSafeInteger(value);
}

function keepDigits(_: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value === 'number' && source !== undefined ? source : value;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : '';
}
