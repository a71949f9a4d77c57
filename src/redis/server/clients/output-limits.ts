/** `client-output-buffer-limit`: how much output a client may leave unread before it is closed. */
import type { Client } from '../../calls/client.ts';
import type { ServerConfig } from '../config/server-config.ts';

export type ClientClass = 'normal' | 'replica' | 'pubsub';

/** Bytes and seconds; 0 is without a limit. */
export interface OutputLimit {
  readonly hardBytes: number;
  /** Allowed for `softSeconds` without a break. */
  readonly softBytes: number;
  readonly softSeconds: number;
}

/** No client of any class may leave more unread. */
export const MAX_UNSENT_BYTES: number = 256 * 1024 * 1024;
/** A client that has not proved who it is has little to read. */
export const MAX_UNSENT_BYTES_UNKNOWN: number = 64 * 1024;

const WITHOUT_LIMIT: OutputLimit = { hardBytes: 0, softBytes: 0, softSeconds: 0 };

/** @param text `normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60`, in any order */
export function parseOutputLimits(text: string): { readonly [name in ClientClass]: OutputLimit } {
  const limits = { normal: WITHOUT_LIMIT, replica: WITHOUT_LIMIT, pubsub: WITHOUT_LIMIT };
  const words = text.split(' ');
  for (let at = 0; at + 3 < words.length; at += 4) {
    const name = words[at] === 'slave' ? 'replica' : words[at];
    const [hardBytes, softBytes, softSeconds] = words.slice(at + 1, at + 4).map(Number);
    if (name === 'normal' || name === 'replica' || name === 'pubsub') {
      limits[name] = { hardBytes: hardBytes!, softBytes: softBytes!, softSeconds: softSeconds! };
    }
  }
  return limits;
}

/** What the configuration allows a client now. It is parsed when it changes. */
export function outputLimits(config: ServerConfig): (client: Client) => OutputLimit {
  let limits = parseOutputLimits(config.text('client-output-buffer-limit'));
  config.watch(['client-output-buffer-limit'], (text) => {
    limits = parseOutputLimits(text);
  });
  return (client) => limits[classOf(client)];
}

export function classOf(client: Client): ClientClass {
  return client.isSubscriber ? 'pubsub' : 'normal';
}

/** Whether the client is closed for its unread output: at once, after some time, or not at all. */
export function judgeOutput(client: Client, unsentBytes: number, limit: OutputLimit): 'fine' | 'soft' | 'hard' {
  const most = client.user === undefined ? MAX_UNSENT_BYTES_UNKNOWN : MAX_UNSENT_BYTES;
  if (unsentBytes > most || (limit.hardBytes > 0 && unsentBytes >= limit.hardBytes)) return 'hard';
  return limit.softBytes > 0 && unsentBytes >= limit.softBytes ? 'soft' : 'fine';
}
