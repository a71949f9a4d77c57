/** PUBLISH and SPUBLISH: a message to those who listen now. */
import type { Call } from '../../calls/call.ts';

export function publish({ args, parts, reply }: Call): void {
  reply.integer(parts.publisher.publish(args[1]!, args[2]!));
}

export function spublish({ args, parts, reply }: Call): void {
  reply.integer(parts.publisher.publishToShard(args[1]!, args[2]!));
}
