/** Opens the past of a file for a command, with the model that is given or found. */

import { openPast, type Past } from '../index.ts';
import { requireFile } from './files.ts';
import { whereIs } from './logs.ts';
import { modelFor } from './model.ts';

/** @throws RefoldError `INVALID_OPTION`: there is no such file, or no model; as `openPast` does */
export async function openPastOf(file: string, { model }: { readonly model?: string }): Promise<Past> {
  await requireFile(file);
  return openPast(await modelFor(file, model), whereIs(file));
}
