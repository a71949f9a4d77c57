/**
 * What a log has noted about fingerprints of earlier releases.
 *
 * Earlier releases stored less: a model's `version` alone, or no upcasters. Such a fingerprint is believed once, when the rest is
 * the same. The log then notes what it stood for, so that a later change of a reducer is noticed for those snapshots too.
 */
import type { LogStore } from '../../log/log-store.ts';
import { type Beliefs, beliefsFrom, type ModelFingerprint, parseFingerprint } from './fingerprint.ts';

/** @param owner the name of a projection, or the empty text for the model */
export async function beliefsOf(log: LogStore, owner: string, fingerprint: ModelFingerprint): Promise<Beliefs> {
  if (fingerprint.earlier === undefined) return {};
  try {
    const value: unknown = JSON.parse((await log.getMeta(keyOf(owner))) ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Beliefs) : NOTHING_BELIEVED;
  } catch (error) {
    if (error instanceof SyntaxError) return NOTHING_BELIEVED; // a damaged entry
    throw error;
  }
}

/** For a damaged entry: whatever it said, a refold is right. */
const NOTHING_BELIEVED: Beliefs = new Proxy({}, { get: () => 'unknown' });

/** Notes what the snapshots of an owner stand for now. Call this after a state was recovered with the fingerprint, for writing. */
export async function noteBeliefs(log: LogStore, owner: string, fingerprint: ModelFingerprint): Promise<void> {
  if (fingerprint.earlier === undefined) return;
  const known = await beliefsOf(log, owner, fingerprint);
  const found: Record<string, string> = {};
  for (const info of await log.snapshots(owner)) {
    const stored = parseFingerprint(info.fingerprint);
    if (stored !== undefined) Object.assign(found, beliefsFrom(stored, fingerprint));
  }
  const news = Object.keys(found).filter((hash) => known[hash] === undefined);
  if (news.length > 0) await log.putMeta(keyOf(owner), JSON.stringify({ ...found, ...known }));
}

function keyOf(owner: string): string {
  return owner === '' ? 'beliefs' : `beliefs of ${owner}`;
}
