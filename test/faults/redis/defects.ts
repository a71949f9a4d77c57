/** The broken servers of negative controls. */
import type { ServeOptions } from '../../redis/processes.ts';

export type Defect =
  | 'early replies'
  | 'changed reply'
  | 'dropped expiry'
  | 'dropped field'
  | 'lost byte'
  | 'believed length'
  | 'dies of a length';

const BROKEN_SERVER = new URL('./broken-server.ts', import.meta.url).href;

/** How a server with this defect is started; a sound one without. */
export function withDefect(defect: Defect | undefined): Pick<ServeOptions, 'nodeOptions' | 'env'> {
  return defect === undefined ? {} : { nodeOptions: [`--import=${BROKEN_SERVER}`], env: { REFOLD_BROKEN: defect } };
}
