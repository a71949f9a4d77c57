/** GEODIST, GEOHASH and GEOPOS. */
import type { Call } from '../../calls/call.ts';
import { syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import { denseGet } from '../../model/dense.ts';
import type { SortedSet } from '../../model/values.ts';
import { unitArgument } from './arguments.ts';
import { geohashText, placeOfScore } from './geohash.ts';
import { replyDistance, replyPlace } from './replies.ts';
import { distanceBetween } from './shapes.ts';

export function geodist(call: Call): void {
  const { args, reply } = call;
  const [, key = '', first = '', second = '', unitText] = args;
  if (args.length > 5) throw syntaxError();
  const unit = unitText === undefined ? 1 : unitArgument(unitText);
  const set = readCollection<SortedSet>(call, key, 'zset');
  const scores = set && [denseGet(set.scores, first), denseGet(set.scores, second)];
  const [from, to] = scores ?? [];
  if (from === undefined || to === undefined) reply.null();
  else replyDistance(reply, distanceBetween(placeOfScore(from), placeOfScore(to)) / unit);
}

export function geohash(call: Call): void {
  const { reply } = call;
  const scores = scoresOfMembers(call);
  reply.array(scores.length);
  for (const score of scores) reply.bulk(score === undefined ? undefined : geohashText(placeOfScore(score)));
}

export function geopos(call: Call): void {
  const { reply } = call;
  const scores = scoresOfMembers(call);
  reply.array(scores.length);
  for (const score of scores) {
    if (score === undefined) reply.nullArray();
    else replyPlace(reply, placeOfScore(score));
  }
}

function scoresOfMembers(call: Call): (number | undefined)[] {
  const [, key = '', ...members] = call.args;
  const set = readCollection<SortedSet>(call, key, 'zset');
  return members.map((member) => set && denseGet(set.scores, member));
}
