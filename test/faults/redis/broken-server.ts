/**
 * Preloaded into a server for negative controls: breaks one thing of it. `REFOLD_BROKEN` says what.
 *
 * Each of these is a mistake that somebody could make. The rows must notice every one.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Store } from '../../../src/engine/store.ts';
import { WriterClient } from '../../../src/log/sqlite/writing/writer-client.ts';
import { hashEffects } from '../../../src/redis/model/effects/hashes.ts';
import { keyEffects } from '../../../src/redis/model/effects/keys.ts';
import { Reply } from '../../../src/redis/protocol/reply.ts';
import { RequestParser } from '../../../src/redis/protocol/request-parser.ts';
import type { Defect } from './defects.ts';

const SLOW_DISK_MS = 20;

const BREAK: Readonly<Record<Defect, () => void>> = {
  'early replies': () => {
    Object.defineProperty(Store.prototype, 'durableSequence', {
      get(this: Store): number {
        return this.sequence;
      },
    });
    // On a fast disk a kill would rarely come between an answer and its write: so this disk is slow.
    const ask = WriterClient.prototype.do;
    let last: Promise<void> = Promise.resolve();
    WriterClient.prototype.do = function (this: WriterClient, ...job: Parameters<typeof ask>) {
      last = last.then(() => pause(SLOW_DISK_MS));
      return last.then(() => ask.apply(this, job));
    } as typeof ask;
  },
  'changed reply': () => {
    const { integer } = Reply.prototype;
    Reply.prototype.integer = function (this: Reply, value: number | bigint): void {
      integer.call(this, value === 3 ? 4 : value);
    };
  },
  'dropped expiry': () => replace(keyEffects.reducers, 'ExpirySet', () => undefined),
  'dropped field': () => replace(hashEffects.reducers, 'HashFieldSet', () => undefined),
  'lost byte': () => {
    const { push } = RequestParser.prototype;
    RequestParser.prototype.push = function (this: RequestParser, chunk: Buffer): void {
      push.call(this, this.pendingBytes > 0 && chunk[0] === 10 ? chunk.subarray(1) : chunk);
    };
  },
  'believed length': () => {
    const { push } = RequestParser.prototype;
    const reserved: Buffer[] = [];
    RequestParser.prototype.push = function (this: RequestParser, chunk: Buffer): void {
      const [, length] = /\$(\d{7,9})\r/.exec(chunk.toString('latin1')) ?? [];
      if (length !== undefined && reserved.length < 40)
        reserved.push(Buffer.alloc(Math.min(Number(length), 2 ** 24), 1));
      push.call(this, chunk);
    };
  },
  'dies of a length': () => {
    const { push } = RequestParser.prototype;
    RequestParser.prototype.push = function (this: RequestParser, chunk: Buffer): void {
      if (chunk.includes('9007199254740992')) process.exit(1);
      push.call(this, chunk);
    };
  },
};

function replace(reducers: object, type: string, reducer: () => void): void {
  Object.assign(reducers, { [type]: reducer });
}

BREAK[process.env.REFOLD_BROKEN as Defect]();
