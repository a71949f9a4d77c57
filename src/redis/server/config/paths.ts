/** Parameters that name files. As in Redis, they are relative to `dir`. */
import { resolve } from 'node:path';
import type { Config } from '../../calls/parts.ts';

/** The absolute path that a parameter names; empty when it names none. */
export function pathOf(config: Config, name: string): string {
  const path = config.text(name);
  return path === '' ? '' : resolve(config.text('dir'), path);
}
