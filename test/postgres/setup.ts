/** What the tests of a run share: a cluster of which their servers are copies, because a new one takes seconds, and a folder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { makeCluster } from './server.ts';

export default function setup(): () => void {
  const [cluster, weakened] = [makeCluster(), mkdtempSync('/var/tmp/rfweak-')];
  process.env.REFOLD_CLUSTER = cluster;
  process.env.REFOLD_WEAKENED = weakened;
  return () => {
    for (const folder of [cluster, weakened]) rmSync(folder, { recursive: true, force: true });
  };
}
