/** GEOSEARCH, GEOSEARCHSTORE, and the older GEORADIUS and GEORADIUSBYMEMBER. */
import { isOption, longArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';
import { readCollection } from '../../calls/lookup.ts';
import { denseGet } from '../../model/dense.ts';
import type { SortedSet } from '../../model/values.ts';
import { storeResult } from '../sorted-sets/changing.ts';
import { distanceArgument, placeArgument, unitArgument } from './arguments.ts';
import { type Place, placeOfScore } from './geohash.ts';
import { replyDistance, replyPlace } from './replies.ts';
import { type Found, search } from './search.ts';
import { distanceBetween, type Shape } from './shapes.ts';
import { preciseTrigonometry } from './trigonometry.ts';

/** What all of these commands can be told. */
interface Options {
  withDistance: boolean;
  withHash: boolean;
  withPlace: boolean;
  order: 'ascending' | 'descending' | undefined;
  count: number | undefined;
  /** Takes any members up to the count, not the closest. */
  isAny: boolean;
  storeKey: string | undefined;
  storesDistance: boolean;
}

const NO_GEO_OPTIONS: Options = {
  withDistance: false,
  withHash: false,
  withPlace: false,
  order: undefined,
  count: undefined,
  isAny: false,
  storeKey: undefined,
  storesDistance: false,
};

export function geosearch(call: Call): void {
  searchShape(call, call.args[1]!, 2, { ...NO_GEO_OPTIONS });
}

export function geosearchstore(call: Call): void {
  searchShape(call, call.args[2]!, 3, { ...NO_GEO_OPTIONS, storeKey: call.args[1]! });
}

export function georadius(call: Call): void {
  searchRadius(call, true);
}

export function georadiusRo(call: Call): void {
  searchRadius(call, false);
}

export function georadiusbymember(call: Call): void {
  searchRadiusByMember(call, true);
}

export function georadiusbymemberRo(call: Call): void {
  searchRadiusByMember(call, false);
}

function searchRadius(call: Call, mayStore: boolean): void {
  const { args } = call;
  const set = readCollection<SortedSet>(call, args[1]!, 'zset');
  const center = placeArgument(args[2]!, args[3]!);
  const shape: Shape = { kind: 'circle', center, ...radiusArguments(args[4]!, args[5]!) };
  finish(call, set, shape, radiusOptions(args, 6, mayStore), 'georadiusstore');
}

function searchRadiusByMember(call: Call, mayStore: boolean): void {
  const { args } = call;
  const set = readCollection<SortedSet>(call, args[1]!, 'zset');
  if (set === undefined) {
    // The options still decide what is answered.
    finish(call, undefined, undefined, radiusOptions(args, 5, mayStore), 'georadiusstore');
    return;
  }
  const center = placeOfMember(set, args[2]!);
  const shape: Shape = { kind: 'circle', center, ...radiusArguments(args[3]!, args[4]!) };
  finish(call, set, shape, radiusOptions(args, 5, mayStore), 'georadiusstore');
}

function radiusOptions(args: readonly string[], start: number, mayStore: boolean): Options {
  const options = { ...NO_GEO_OPTIONS };
  for (let at = start; at < args.length; at++) {
    const taken = commonOption(args, at, options);
    if (taken > 0) at += taken - 1;
    else if (mayStore && (isOption(args[at], 'STORE') || isOption(args[at], 'STOREDIST')) && at + 1 < args.length) {
      options.storesDistance = isOption(args[at], 'STOREDIST');
      options.storeKey = args[++at]!;
    } else throw syntaxError();
  }
  requireFitting(options, 'STORE option in GEORADIUS');
  requireCount(options);
  return options;
}

function searchShape(call: Call, key: string, start: number, options: Options): void {
  const { args } = call;
  const set = readCollection<SortedSet>(call, key, 'zset');
  let center: Place | 'missing' | undefined;
  let isByMember = false;
  let extent: Extent | undefined;
  for (let at = start; at < args.length; at++) {
    const taken = commonOption(args, at, options);
    if (taken > 0) at += taken - 1;
    else if (isOption(args[at], 'FROMMEMBER') && at + 1 < args.length && (center === undefined || isByMember)) {
      center = set === undefined ? 'missing' : placeOfMember(set, args[at + 1]!);
      isByMember = true;
      at++;
    } else if (isOption(args[at], 'FROMLONLAT') && at + 2 < args.length && !isByMember) {
      center = placeArgument(args[at + 1]!, args[at + 2]!);
      at += 2;
    } else if (isOption(args[at], 'BYRADIUS') && at + 2 < args.length && extent?.kind !== 'box') {
      extent = { kind: 'circle', ...radiusArguments(args[at + 1]!, args[at + 2]!) };
      at += 2;
    } else if (isOption(args[at], 'BYBOX') && at + 3 < args.length && extent?.kind !== 'circle') {
      extent = { kind: 'box', ...boxArguments(args[at + 1]!, args[at + 2]!, args[at + 3]!) };
      at += 3;
    } else if (options.storeKey !== undefined && isOption(args[at], 'STOREDIST')) options.storesDistance = true;
    else throw syntaxError();
  }
  requireFitting(options, 'GEOSEARCHSTORE');
  if (center === undefined) throw exactlyOne('FROMMEMBER or FROMLONLAT', args[0]!);
  if (extent === undefined) throw exactlyOne('BYRADIUS and BYBOX', args[0]!);
  requireCount(options);
  const shape = center === 'missing' ? undefined : { ...extent, center };
  finish(call, set, shape, options, 'geosearchstore');
}

type Extent =
  | { readonly kind: 'circle'; readonly unit: number; readonly radius: number }
  | { readonly kind: 'box'; readonly unit: number; readonly width: number; readonly height: number };

/** Reads an option that all of the commands have. Returns how many arguments it took; 0 for another one. */
function commonOption(args: readonly string[], at: number, options: Options): number {
  switch (args[at]!.toUpperCase()) {
    case 'WITHDIST':
      options.withDistance = true;
      return 1;
    case 'WITHHASH':
      options.withHash = true;
      return 1;
    case 'WITHCOORD':
      options.withPlace = true;
      return 1;
    case 'ASC':
      options.order = 'ascending';
      return 1;
    case 'DESC':
      options.order = 'descending';
      return 1;
    case 'ANY':
      options.isAny = true;
      return 1;
    case 'COUNT':
      if (at + 1 === args.length) return 0;
      options.count = longArgument(args[at + 1]!);
      if (options.count <= 0) throw new CommandError('ERR COUNT must be > 0');
      return 2;
    default:
      return 0;
  }
}

function requireFitting({ storeKey, withDistance, withHash, withPlace }: Options, name: string): void {
  if (storeKey !== undefined && (withDistance || withHash || withPlace)) {
    throw new CommandError(`ERR ${name} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
}

function requireCount({ isAny, count }: Options): void {
  if (isAny && count === undefined) throw new CommandError('ERR the ANY argument requires COUNT argument');
}

function exactlyOne(options: string, command: string): CommandError {
  return new CommandError(`ERR exactly one of ${options} can be specified for ${command}`);
}

function placeOfMember(set: SortedSet, member: string): Place {
  const score = denseGet(set.scores, member);
  if (score === undefined) throw new CommandError('ERR could not decode requested zset member');
  return placeOfScore(score);
}

function radiusArguments(radiusText: string, unitText: string): { readonly radius: number; readonly unit: number } {
  const radius = distanceArgument(radiusText, 'radius');
  if (radius < 0) throw new CommandError('ERR radius cannot be negative');
  return { radius, unit: unitArgument(unitText) };
}

function boxArguments(widthText: string, heightText: string, unitText: string) {
  const [width, height] = [distanceArgument(widthText, 'width'), distanceArgument(heightText, 'height')];
  if (width < 0 || height < 0) throw new CommandError('ERR height or width cannot be negative');
  return { width, height, unit: unitArgument(unitText) };
}

/** Searches, and replies or stores. */
function finish(
  call: Call,
  set: SortedSet | undefined,
  shape: Shape | undefined,
  options: Options,
  event: string,
): void {
  const found = set === undefined || shape === undefined ? [] : findSorted(set, shape, options);
  if (options.storeKey === undefined) replyFound(call, found, shape?.unit ?? 1, options);
  else {
    const scored = found.map((each) => ({
      member: each.member,
      score: options.storesDistance ? storedDistance(shape!, each.place) : each.score,
    }));
    storeResult(call, options.storeKey, scored, event);
  }
}

/** The distance as a score, with Redis's last digit. */
function storedDistance({ center, unit }: Shape, place: Place): number {
  return distanceBetween(center, place, preciseTrigonometry) / unit;
}

function findSorted(set: SortedSet, shape: Shape, { order, count, isAny }: Options): Found[] {
  const found = search(set, shape, isAny ? count : undefined);
  // The first few only make sense as the closest.
  const direction = order ?? (count === undefined || isAny ? undefined : 'ascending');
  if (direction === 'ascending') found.sort((a, b) => a.distance - b.distance);
  else if (direction === 'descending') found.sort((a, b) => b.distance - a.distance);
  return count === undefined ? found : found.slice(0, count);
}

function replyFound({ reply }: Call, found: readonly Found[], unit: number, options: Options): void {
  const { withDistance, withHash, withPlace } = options;
  const extras = Number(withDistance) + Number(withHash) + Number(withPlace);
  reply.array(found.length);
  for (const { member, score, place, distance } of found) {
    if (extras > 0) reply.array(extras + 1);
    reply.bulk(member);
    if (withDistance) replyDistance(reply, distance / unit);
    if (withHash) reply.integer(Math.trunc(score));
    if (withPlace) replyPlace(reply, place);
  }
}
