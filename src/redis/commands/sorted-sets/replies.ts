/** Replies with members and scores. */
import type { Scored } from '../../model/values.ts';
import type { Reply } from '../../protocol/reply.ts';

/** What stands in the reply for each member. In RESP3 a member and its score are a pair, in RESP2 they follow each other. */
export function replyScored(reply: Reply, count: number, scored: Iterable<Scored>, withScores: boolean): void {
  const isNested = withScores && reply.resp === 3;
  reply.array(withScores && !isNested ? count * 2 : count);
  for (const { member, score } of scored) {
    if (isNested) reply.array(2);
    reply.bulk(member);
    if (withScores) reply.double(score);
  }
}
