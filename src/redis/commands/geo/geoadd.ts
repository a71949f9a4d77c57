/** GEOADD: a sorted set whose scores are geohashes. */
import { isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import type { Scored } from '../../model/values.ts';
import { addScores } from '../sorted-sets/zadd.ts';
import { placeArgument } from './arguments.ts';
import { scoreOfPlace } from './geohash.ts';

const GEOADD_OPTIONS = ['NX', 'XX', 'CH'] as const;

export function geoadd(call: Call): void {
  const { args } = call;
  const options = new Set<(typeof GEOADD_OPTIONS)[number]>();
  let at = 2;
  for (; at < args.length; at++) {
    const option = GEOADD_OPTIONS.find((name) => isOption(args[at], name));
    if (option === undefined) break;
    options.add(option);
  }
  const isPaired = at < args.length && (args.length - at) % 3 === 0;
  if (!isPaired || (options.has('NX') && options.has('XX'))) throw syntaxError();
  const scored: Scored[] = [];
  for (; at < args.length; at += 3) {
    scored.push({ score: scoreOfPlace(placeArgument(args[at]!, args[at + 1]!)), member: args[at + 2]! });
  }
  addScores(call, args[1]!, scored, options);
}
