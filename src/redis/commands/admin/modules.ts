/** MODULE: this server cannot have modules. The list is empty, and loading one fails. */
import type { Call } from '../../calls/call.ts';
import { CommandError } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { isLocal } from './locality.ts';

const NOT_ALLOWED =
  'ERR MODULE command not allowed. If the enable-module-command option is set to "local", you can run it from a local ' +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';

export function moduleList({ reply }: Call): void {
  reply.array(0);
}

/** MODULE LOAD and LOADEX. */
export function moduleLoad(call: Call): void {
  requireAccess(call);
  throw new CommandError('ERR Error loading the extension. Please check the server logs.');
}

export function moduleUnload(call: Call): void {
  requireAccess(call);
  throw new CommandError('ERR Error unloading module: no such module with that name');
}

function requireAccess({ client, parts }: Call): void {
  const access = parts.config.text('enable-module-command');
  if (access === 'no' || (access === 'local' && !isLocal(client))) throw new CommandError(NOT_ALLOWED);
}

export const moduleHelp: (call: Call) => void = helpCommand('MODULE', [
  ['LIST', 'Lists modules. The list is empty.'],
  ['LOAD <path> [<arg> ...]', 'Fails. This server cannot have modules.'],
  ['LOADEX <path> [CONFIG <name> <value> ...] [ARGS <arg> ...]', 'Fails. This server cannot have modules.'],
  ['UNLOAD <name>', 'Fails. This server cannot have modules.'],
]);
