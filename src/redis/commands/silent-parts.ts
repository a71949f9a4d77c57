/** The parts of a server without clients, for calls that replay or read the past. Nothing is counted, and no client is told. */
import { noStats } from '../calls/contracts/stats.ts';
import type { Config, Parts } from '../calls/parts.ts';
import { commandTable } from './table.ts';

/** @param isExpirySuspended whether keys stay when their time has come */
export function silentParts(config: Config, isExpirySuspended: boolean): Parts {
  const parts: Partial<Parts> = {
    changes: { changed: () => undefined },
    stats: noStats(),
    access: {
      isLfu: false,
      touch: () => undefined,
      idleSeconds: () => 0,
      frequency: () => 0,
      setIdle: () => undefined,
      setFrequency: () => undefined,
    },
    notifications: { wantsNewKeys: false, notify: () => undefined },
    config,
    commands: commandTable,
    isExpirySuspended: () => isExpirySuspended,
  };
  return parts as Parts;
}
