/** CONFIG GET, SET and RESETSTAT. */
import type { Call } from '../../calls/call.ts';
import { wrongArity } from '../../calls/errors.ts';
import { globOf } from '../../calls/glob.ts';
import { isLocal } from './locality.ts';

export function configGet({ args, reply, parts }: Call): void {
  const wanted = args.slice(2).map((arg) => arg.toLowerCase());
  const patterns = wanted.filter((each) => /[*?[\\]/.test(each)).map((pattern) => globOf(pattern));
  const found = parts.administration.parameters.matching(
    (name) => patterns.some((matches) => matches(name)),
    new Set(wanted),
  );
  reply.map(found.length);
  for (const [name, value] of found) {
    reply.bulk(name);
    reply.bulk(value);
  }
}

/** Parameters whose values MONITOR and SLOWLOG do not show. */
const SECRETS = new Set(['requirepass', 'masterauth', 'masteruser', 'tls-key-file-pass', 'tls-client-key-file-pass']);

export function configSet(call: Call): void {
  const { args, client, reply, parts } = call;
  if (args.length % 2 === 1) throw wrongArity('config|set');
  const pairs: (readonly [string, string])[] = [];
  for (let at = 2; at < args.length; at += 2) {
    pairs.push([args[at]!, args[at + 1]!]);
    if (SECRETS.has(args[at]!.toLowerCase())) call.redact(at + 1);
  }
  const access = parts.config.text('enable-protected-configs');
  const waits = parts.administration.parameters.set(pairs, access === 'yes' || (access === 'local' && isLocal(client)));
  if (waits === undefined) reply.ok();
  else parts.tasks.wait(client, waits, () => reply.ok());
}

export function configResetStat({ reply, parts }: Call): void {
  parts.administration.resetStatistics();
  reply.ok();
}

export function configRewrite({ reply, parts }: Call): void {
  parts.administration.rewriteConfig();
  reply.ok();
}
