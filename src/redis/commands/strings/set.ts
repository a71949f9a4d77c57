/** SET. */
import type { Call } from '../../calls/call.ts';

export function set(call: Call): void {
  const [, key = '', value = ''] = call.args;
  call.apply('StringSet', { db: call.client.db, key, value });
  call.notify('$', 'set', key);
  call.reply.ok();
}
