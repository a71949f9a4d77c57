/** CLIENT TRACKING and what belongs to it: a client hears when keys change that it may have cached. */
import { integerArgument } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import type { TrackingState } from '../../calls/client.ts';
import { CommandError, syntaxError } from '../../calls/errors.ts';

interface Options {
  redirect: number;
  isBroadcast: boolean;
  isOptin: boolean;
  isOptout: boolean;
  isNoLoop: boolean;
  readonly prefixes: string[];
}

export function clientTracking(call: Call): void {
  const { args, client, parts, reply } = call;
  const options = readOptions(call);
  const mode = args[2]!.toLowerCase();
  if (mode === 'off') {
    parts.tracking.disable(client);
  } else if (mode === 'on') {
    const state = plan(options, client.tracking);
    parts.tracking.disable(client);
    parts.tracking.enable(client, state);
  } else {
    throw syntaxError();
  }
  reply.ok();
}

function readOptions({ args, parts }: Call): Options {
  const options: Options = {
    redirect: 0,
    isBroadcast: false,
    isOptin: false,
    isOptout: false,
    isNoLoop: false,
    prefixes: [],
  };
  for (let at = 3; at < args.length; at++) {
    const option = args[at]!.toLowerCase();
    const hasMore = at + 1 < args.length;
    if (option === 'redirect' && hasMore) {
      if (options.redirect !== 0) throw new CommandError('ERR A client can only redirect to a single other client');
      options.redirect = integerArgument(args[++at]!);
      if (parts.clients.byId(options.redirect) === undefined) {
        throw new CommandError('ERR The client ID you want redirect to does not exist');
      }
    } else if (option === 'bcast') options.isBroadcast = true;
    else if (option === 'optin') options.isOptin = true;
    else if (option === 'optout') options.isOptout = true;
    else if (option === 'noloop') options.isNoLoop = true;
    else if (option === 'prefix' && hasMore) options.prefixes.push(args[++at]!);
    else throw syntaxError();
  }
  return options;
}

/** What holds from now on. @throws CommandError when the options contradict each other, or what holds now */
function plan(options: Options, before: TrackingState | undefined): TrackingState {
  const { isBroadcast, isOptin, isOptout, prefixes } = options;
  if (!isBroadcast && prefixes.length > 0) {
    throw new CommandError('ERR PREFIX option requires BCAST mode to be enabled');
  }
  if (before !== undefined && before.isBroadcast !== isBroadcast) {
    throw new CommandError(
      "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  if (isBroadcast && (isOptin || isOptout)) {
    throw new CommandError('ERR OPTIN and OPTOUT are not compatible with BCAST');
  }
  if (isOptin && isOptout) throw new CommandError("ERR You can't specify both OPTIN mode and OPTOUT mode");
  if ((isOptin && before?.option === 'optout') || (isOptout && before?.option === 'optin')) {
    throw new CommandError(
      "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then re-enabling it with a different mode.",
    );
  }
  const kept = before?.prefixes ?? new Set<string>();
  if (isBroadcast) refuseOverlaps(prefixes, kept);
  const added = isBroadcast && prefixes.length === 0 ? [''] : prefixes;
  return {
    isBroadcast,
    prefixes: isBroadcast ? new Set([...kept, ...added]) : new Set(),
    option: isOptin ? 'optin' : isOptout ? 'optout' : 'all',
    isNoLoop: options.isNoLoop,
    redirect: options.redirect,
    isRedirectBroken: false,
    isCachingSet: false,
  };
}

/** A client would hear of a key twice. */
function refuseOverlaps(prefixes: readonly string[], kept: ReadonlySet<string>): void {
  for (const [index, prefix] of prefixes.entries()) {
    for (const other of kept) if (doOverlap(prefix, other)) throw overlap(prefix, `an existing prefix '${other}'`);
    for (const other of prefixes.slice(index + 1)) {
      if (doOverlap(prefix, other)) throw overlap(prefix, `another provided prefix '${other}'`);
    }
  }
}

function doOverlap(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

function overlap(prefix: string, other: string): CommandError {
  return new CommandError(
    `ERR Prefix '${prefix}' overlaps with ${other}. Prefixes for a single client must not overlap.`,
  );
}

export function clientCaching({ args, client, reply }: Call): void {
  const { tracking } = client;
  if (tracking === undefined || tracking.option === 'all') {
    throw new CommandError(
      'ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode enabled',
    );
  }
  const answer = args[2]!.toLowerCase();
  if (answer === 'yes') {
    if (tracking.option !== 'optin') {
      throw new CommandError('ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.');
    }
  } else if (answer === 'no') {
    if (tracking.option !== 'optout') {
      throw new CommandError('ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.');
    }
  } else {
    throw syntaxError();
  }
  tracking.isCachingSet = true;
  reply.ok();
}

export function clientGetredir({ client, reply }: Call): void {
  reply.integer(client.tracking?.redirect ?? -1);
}

export function clientTrackinginfo({ client, reply }: Call): void {
  const { tracking } = client;
  reply.map(3);
  reply.bulk('flags');
  const flags = tracking === undefined ? ['off'] : flagsOf(tracking);
  reply.set(flags.length);
  for (const flag of flags) reply.bulk(flag);
  reply.bulk('redirect');
  reply.integer(tracking?.redirect ?? -1);
  reply.bulk('prefixes');
  reply.bulks([...(tracking?.prefixes ?? [])]);
}

function flagsOf({ isBroadcast, isCachingSet, isNoLoop, isRedirectBroken, option }: TrackingState): readonly string[] {
  const flags = ['on'];
  if (isBroadcast) flags.push('bcast');
  if (option !== 'all') flags.push(option);
  if (option !== 'all' && isCachingSet) flags.push(option === 'optin' ? 'caching-yes' : 'caching-no');
  if (isNoLoop) flags.push('noloop');
  if (isRedirectBroken) flags.push('broken_redirect');
  return flags;
}
