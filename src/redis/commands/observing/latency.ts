/** LATENCY: moments at which the server was slow, and how long commands take. */
import type { Call } from '../../calls/call.ts';
import type { CommandStatistics, LatencyEvent } from '../../calls/contracts/observations.ts';
import { CommandError } from '../../calls/errors.ts';
import { helpCommand } from '../../calls/help.ts';
import { drawSparkline } from './sparkline.ts';

export function latencyLatest({ parts, reply }: Call): void {
  const events = parts.observations.latency.events();
  reply.array(events.length);
  for (const { name, samples, worstMs } of events) {
    const last = samples.at(-1)!;
    reply.array(4);
    reply.bulk(name);
    for (const number of [last.time, last.ms, worstMs]) reply.integer(number);
  }
}

export function latencyHistory({ args, parts, reply }: Call): void {
  const samples = parts.observations.latency.event(args[2]!)?.samples ?? [];
  reply.array(samples.length);
  for (const { time, ms } of samples) {
    reply.array(2);
    reply.integer(time);
    reply.integer(ms);
  }
}

export function latencyReset({ args, parts, reply }: Call): void {
  const { latency } = parts.observations;
  const names = args.length > 2 ? args.slice(2) : latency.events().map(({ name }) => name);
  reply.integer(names.filter((name) => latency.clear(name)).length);
}

export function latencyGraph({ args, now, parts, reply }: Call): void {
  const event = parts.observations.latency.event(args[2]!);
  if (event === undefined) throw new CommandError(`ERR No samples available for event '${args[2]}'`);
  const lowest = Math.min(...event.samples.map(({ ms }) => ms));
  const head = `${event.name} - high ${event.worstMs} ms, low ${lowest} ms (all time high ${event.worstMs} ms)\n`;
  reply.verbatim(`${head}${'-'.repeat(80)}\n${drawSparkline(event.samples, now)}`);
}

export function latencyDoctor({ parts, reply }: Call): void {
  const events = parts.observations.latency.events();
  const threshold = parts.config.number('latency-monitor-threshold');
  if (threshold === 0) {
    reply.verbatim('Latency is not observed. Use "CONFIG SET latency-monitor-threshold <ms>" to begin.\n');
  } else if (events.length === 0) {
    reply.verbatim(`No event has taken ${threshold} ms or longer. There is nothing to report.\n`);
  } else {
    reply.verbatim(`${events.map(describe).join('\n')}\n`);
  }
}

function describe({ name, samples, worstMs }: LatencyEvent): string {
  const times = samples.map(({ ms }) => ms);
  const mean = times.reduce((total, ms) => total + ms, 0) / times.length;
  return `${name}: ${times.length} spikes, ${mean.toFixed(0)} ms on average, ${worstMs} ms at worst. ${ADVICE[name] ?? ''}`.trim();
}

/** What helps against each kind of spike. */
const ADVICE: { readonly [event: string]: string } = {
  command: 'Look for slow commands with SLOWLOG GET, and for large keys.',
  'fast-command': 'Commands that are fast by nature were slow: the machine is short of CPU or memory.',
  'expire-cycle': 'Many keys expire at the same time: spread their times.',
  'eviction-cycle': 'Memory is short: raise maxmemory, or store less.',
};

/** Without names: every command that has run. A container stands for its subcommands. */
export function latencyHistogram({ args, parts, reply }: Call): void {
  const names = new Set(args.slice(2).map((name) => name.toLowerCase()));
  const all = [...parts.observations.commands()].filter(({ calls }) => calls > 0);
  const wanted = all.filter(({ name }) => names.size === 0 || names.has(name) || names.has(name.split('|')[0]!));
  reply.map(wanted.length);
  for (const each of wanted) writeHistogram(reply, each);
}

function writeHistogram(reply: Call['reply'], statistics: CommandStatistics): void {
  reply.bulk(statistics.name);
  reply.map(2);
  reply.bulk('calls');
  reply.integer(statistics.calls);
  reply.bulk('histogram_usec');
  const steps = statistics.histogram();
  reply.map(steps.length);
  for (const [micros, count] of steps) {
    reply.integer(micros);
    reply.integer(count);
  }
}

export const latencyHelp: (call: Call) => void = helpCommand('LATENCY', [
  ['DOCTOR', 'A report for people.'],
  ['GRAPH <event>', 'The samples of an event, drawn with characters.'],
  ['HISTORY <event>', 'The samples of an event: time and milliseconds.'],
  ['LATEST', 'The newest sample of each event, and the longest time of all.'],
  ['RESET [<event> ...]', 'Forget the samples of these events, or of all.'],
  ['HISTOGRAM [<command> ...]', 'How long these commands take, or all: calls within each doubling of the time.'],
]);
