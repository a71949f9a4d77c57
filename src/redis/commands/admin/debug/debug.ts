/** DEBUG: subcommands for tests and for looking inside. `enable-debug-command` says who may use them. */
import type { Call } from '../../../calls/call.ts';
import { CommandError } from '../../../calls/errors.ts';
import { isLocal } from '../locality.ts';
import { debugObject, hashTableOfDatabase, hashTableOfKey, stringLength } from './inspect.ts';
import { populate } from './populate.ts';
import { protocolSample } from './protocol-samples.ts';
import { changeReplicationId, digest, digestValue, loadAof, reload, rewriteEverything } from './reloading.ts';
import { replyBuffer, setActiveExpire, setPackedThreshold, sleep, stringMatchLength } from './switches.ts';

const NOT_ALLOWED =
  'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local ' +
  'connection, otherwise you need to set this option in the configuration file, and then restart the server.';

interface Subcommand {
  /** How many arguments it takes after its name, at least and at most. */
  readonly arguments: readonly [number, number];
  readonly run: (call: Call) => void;
}

function ok({ reply }: Call): void {
  reply.ok();
}

/** Subcommands by name. Those that answer OK at once have no meaning here. */
const SUBCOMMANDS: { readonly [name: string]: Subcommand } = {
  sleep: { arguments: [1, 1], run: sleep },
  'set-active-expire': { arguments: [1, 1], run: setActiveExpire },
  jmap: { arguments: [0, 0], run: ok },
  log: {
    arguments: [1, 1],
    run: (call) => {
      call.parts.administration.log(`DEBUG LOG: ${call.args[2]}`);
      call.reply.ok();
    },
  },
  error: { arguments: [1, 1], run: ({ args, reply }) => reply.error(args[2]!) },
  'quicklist-packed-threshold': { arguments: [1, 1], run: setPackedThreshold },
  'pause-cron': {
    arguments: [1, 1],
    run: ({ args, reply, parts }) => {
      parts.administration.debug.pausesCron = Number.parseInt(args[2]!, 10) !== 0;
      reply.ok();
    },
  },
  replybuffer: { arguments: [2, 2], run: replyBuffer },
  'stringmatch-len': { arguments: [2, 2], run: stringMatchLength },
  'stringmatch-test': {
    arguments: [0, 0],
    run: ({ reply }) => reply.simple('Apparently Redis did not crash: test passed'),
  },
  protocol: { arguments: [1, 1], run: protocolSample },
  object: { arguments: [1, 2], run: debugObject },
  sdslen: { arguments: [1, 1], run: stringLength },
  htstats: { arguments: [1, 2], run: hashTableOfDatabase },
  'htstats-key': { arguments: [1, 2], run: hashTableOfKey },
  populate: { arguments: [1, 3], run: populate },
  reload: { arguments: [0, 3], run: reload },
  loadaof: { arguments: [0, 0], run: loadAof },
  digest: { arguments: [0, 0], run: digest },
  'digest-value': { arguments: [0, Number.POSITIVE_INFINITY], run: digestValue },
  'change-repl-id': { arguments: [0, 0], run: changeReplicationId },
  'config-rewrite-force-all': { arguments: [0, 0], run: rewriteEverything },
  structsize: {
    arguments: [0, 0],
    run: ({ reply }) => reply.simple('bits:64 robj:0 dictentry:0 sdshdr5:0 sdshdr8:0 sdshdr16:0 sdshdr32:0 sdshdr64:0'),
  },
  'set-skip-checksum-validation': { arguments: [1, 1], run: ok },
  'set-disable-deny-scripts': { arguments: [1, 1], run: ok },
  'aof-flush-sleep': { arguments: [1, 1], run: ok },
  'dict-resizing': { arguments: [1, 1], run: ok },
  replicate: { arguments: [1, 2], run: ok },
  help: { arguments: [0, 0], run: help },
};

export function debug(call: Call): void {
  const { args, client, parts } = call;
  const access = parts.config.text('enable-debug-command');
  if (!(access === 'yes' || (access === 'local' && isLocal(client)))) throw new CommandError(NOT_ALLOWED);
  const name = args[1]!.toLowerCase();
  const found = Object.hasOwn(SUBCOMMANDS, name) ? SUBCOMMANDS[name] : undefined;
  const [least, most] = found?.arguments ?? [0, 0];
  if (found === undefined || args.length - 2 < least || args.length - 2 > most) {
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${args[1]!.slice(0, 128)}'. Try DEBUG HELP.`,
    );
  }
  found.run(call);
}

function help({ reply }: Call): void {
  const names = Object.keys(SUBCOMMANDS).sort();
  reply.array(names.length + 1);
  reply.simple('DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:');
  for (const name of names) reply.simple(name.toUpperCase());
}
