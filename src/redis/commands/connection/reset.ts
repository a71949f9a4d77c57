/** RESET: the connection is as it was when it was opened. */
import type { Call } from '../../calls/call.ts';

export function reset({ client, parts, reply }: Call): void {
  parts.monitors.remove(client);
  parts.tracking.disable(client);
  parts.watching.unwatch(client);
  parts.publisher.forget(client);
  parts.users.reset(client);
  client.transaction = undefined;
  client.db = 0;
  client.name = '';
  client.replies = 'on';
  reply.isMuted = false;
  reply.resp = 2;
  reply.simple('RESET');
}
