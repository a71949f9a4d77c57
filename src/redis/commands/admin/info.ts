/** INFO, LASTSAVE and friends. */
import type { Call } from '../../calls/call.ts';

export function info({ args, reply, parts, now }: Call): void {
  const sections = args.slice(1).map((section) => section.toLowerCase());
  reply.verbatim(parts.administration.info(sections, now));
}
