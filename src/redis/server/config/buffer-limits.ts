/** `client-output-buffer-limit`: for each class of clients a hard limit, a soft one, and how long the soft one may last. */
import { bytesOf } from '../../protocol/memory-sizes.ts';
import { ParameterError } from './kinds.ts';

const CLASSES = ['normal', 'slave', 'pubsub'] as const;

type BufferClass = (typeof CLASSES)[number];

interface BufferLimit {
  /** Bytes beyond which the client is closed; 0 for none. */
  readonly hard: number;
  /** Bytes beyond which the client is closed after `seconds`; 0 for none. */
  readonly soft: number;
  readonly seconds: number;
}

export const STANDARD_BUFFER_LIMITS = 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60';

/** Checks a value. Classes that it leaves out stand as an empty rule: `mergeBufferLimits` fills them. */
export function bufferLimits(text: string): string {
  const words = text.split(/\s+/).filter((word) => word !== '');
  if (words.length === 0 || words.length % 4 !== 0) {
    throw new ParameterError('Wrong number of arguments in buffer limit configuration.');
  }
  const rules = [];
  for (let at = 0; at < words.length; at += 4) {
    const name = words[at]!.toLowerCase().replace('replica', 'slave');
    if (!CLASSES.includes(name as BufferClass)) {
      throw new ParameterError('Invalid client class specified in buffer limit configuration.');
    }
    const [hard, soft] = [bytesOf(words[at + 1]!), bytesOf(words[at + 2]!)];
    const seconds = /^\d{1,9}$/.test(words[at + 3]!) ? Number(words[at + 3]) : undefined;
    if (hard === undefined || soft === undefined || seconds === undefined) {
      throw new ParameterError('Error in hard, soft or soft_seconds setting in buffer limit configuration.');
    }
    rules.push(`${name} ${hard} ${soft} ${seconds}`);
  }
  return rules.join(' ');
}

/** The limits in a canonical text. */
function parseBufferLimits(text: string): Map<BufferClass, BufferLimit> {
  const words = text.split(' ');
  const limits = new Map<BufferClass, BufferLimit>();
  for (let at = 0; at + 3 < words.length; at += 4) {
    const [hard, soft, seconds] = words.slice(at + 1, at + 4).map(Number);
    limits.set(words[at] as BufferClass, { hard: hard!, soft: soft!, seconds: seconds! });
  }
  return limits;
}

/** The old limits with those of `text` in their place, in canonical order. */
export function mergeBufferLimits(old: string, text: string): string {
  const limits = new Map([...parseBufferLimits(old), ...parseBufferLimits(text)]);
  return CLASSES.filter((name) => limits.has(name))
    .map((name) => {
      const { hard, soft, seconds } = limits.get(name)!;
      return `${name} ${hard} ${soft} ${seconds}`;
    })
    .join(' ');
}
