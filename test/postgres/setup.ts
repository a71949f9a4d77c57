/** Makes the cluster of which the servers of this run are copies: a new one takes seconds. */
import { rmSync } from 'node:fs';
import { makeCluster } from './server.ts';

export default function setup(): () => void {
  const folder = makeCluster();
  process.env.REFOLD_CLUSTER = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
