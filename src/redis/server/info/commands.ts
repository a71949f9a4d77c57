/** What INFO reports about each command, its times, and errors. */
import type { Observations } from '../../calls/contracts/observations.ts';
import type { Config } from '../../calls/parts.ts';
import type { Fields } from './info.ts';

export function commandFields(observations: Observations): Fields {
  return [...observations.commands()].map(({ name, calls, micros, rejected, failed }) => {
    const perCall = calls === 0 ? 0 : micros / calls;
    const counts = `calls=${calls},usec=${Math.round(micros)},usec_per_call=${perCall.toFixed(2)}`;
    return [`cmdstat_${name}`, `${counts},rejected_calls=${rejected},failed_calls=${failed}`];
  });
}

export function errorFields({ errors }: Observations): Fields {
  return [...errors].map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

export function latencyFields(observations: Observations, config: Config): Fields {
  if (!config.flag('latency-tracking')) return [];
  const shares = config.text('latency-tracking-info-percentiles').split(' ').filter(Boolean);
  return [...observations.commands()]
    .filter(({ calls }) => calls > 0)
    .map((command) => [
      `latency_percentiles_usec_${command.name}`,
      shares.map((share) => `p${share}=${command.percentile(Number(share)).toFixed(3)}`).join(','),
    ]);
}
