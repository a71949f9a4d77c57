/** Replies with places and distances. */
import type { Reply } from '../../protocol/reply.ts';
import type { Place } from './geohash.ts';

/** Four digits after the point, in both versions of the protocol. */
export function replyDistance(reply: Reply, distance: number): void {
  reply.bulk(distance.toFixed(4));
}

export function replyPlace(reply: Reply, { longitude, latitude }: Place): void {
  reply.array(2);
  for (const degrees of [longitude, latitude]) {
    const text = degrees.toFixed(17).replace(/\.?0+$/, '');
    if (reply.resp === 3) reply.raw(`,${text}\r\n`);
    else reply.bulk(text);
  }
}
