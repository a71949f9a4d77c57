/** Tells by its first bytes whether a file is TotalView-ITCH 5.0, and if not, what it seems to be. */
import { describeKind, recognise } from '../../reading/recognise.ts';
import { LAYOUTS, SYSTEM_EVENTS } from './layout.ts';

/** So many bytes are enough to tell. */
export const HEAD_BYTES = 64;

/** How the messages of a file are put together: each after its length, or one after the other. */
export type Framing = 'lengths' | 'bare';

/** The first four bytes of captures of network packets: pcap in both byte orders, also with nanoseconds, and pcapng. */
const CAPTURES = new Set(['d4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d', '0a0d0d0a']);
/** The lengths of packets of SoupBinTCP that carry no message, by their type. */
const SOUP_PACKETS: Readonly<Record<string, number>> = { A: 31, J: 2, H: 1, Z: 1, L: 47, R: 1, O: 1 };

/**
 * @param head the first 64 bytes of the file, or all of it
 * @returns how to read it, or what it is instead
 */
export function framingOf(head: Buffer): Framing | { readonly problem: string } {
  if (head.length === 0) return { problem: 'the file is empty' };
  const other = otherKind(head);
  if (other !== undefined) return { problem: `the file looks like ${other}` };
  // No message is longer than 255 bytes.
  if (head[0] === 0) return 'lengths';
  return beginsBare(head) ? 'bare' : { problem: 'the file does not begin with a message of ITCH' };
}

function otherKind(head: Buffer): string | undefined {
  const text = head.toString('latin1');
  const kind = recognise(text.split(/\r?\n/, 1)[0]!);
  if (kind !== undefined) return describeKind(kind).what;
  if (CAPTURES.has(head.toString('hex', 0, 4))) return 'a capture of network packets (pcap)';
  if (isSoup(head)) return 'a stream of SoupBinTCP, with packets around the messages';
  return /^[\t\n\r\u0020-\u007e\u0080-\u00ff]+$/.test(text) ? 'a text' : undefined;
}

/** A packet of SoupBinTCP is its length, its type and what it carries: a message in those of the types S and U. */
function isSoup(head: Buffer): boolean {
  if (head.length < 3 || head[0] !== 0) return false;
  const length = head.readUInt16BE(0);
  const packet = letterOf(head, 2);
  if (packet !== 'S' && packet !== 'U') return packet === '+' || SOUP_PACKETS[packet] === length;
  return length !== LAYOUTS[packet]?.bytes && LAYOUTS[letterOf(head, 3)]?.bytes === length - 1;
}

/** A day begins with a system event. Other messages cannot be told from any other file without their length. */
function beginsBare(head: Buffer): boolean {
  const { bytes } = LAYOUTS.S!;
  const follows = head.length === bytes || Object.hasOwn(LAYOUTS, letterOf(head, bytes));
  return letterOf(head, 0) === 'S' && Object.hasOwn(SYSTEM_EVENTS, letterOf(head, bytes - 1)) && follows;
}

function letterOf(head: Buffer, at: number): string {
  return String.fromCharCode(head[at] ?? 0);
}
