/** LATENCY: moments at which the server was slow, by what it did. */
import type { LatencyEvent, LatencyMonitor, LatencySample } from '../../calls/contracts/observations.ts';
import type { Config } from '../../calls/parts.ts';

/** Samples that are kept of each event. */
const MOST_SAMPLES = 160;

interface Spikes extends LatencyEvent {
  readonly samples: LatencySample[];
  worstMs: number;
}

export class LatencySpikes implements LatencyMonitor {
  readonly #config: Config;
  readonly #events = new Map<string, Spikes>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** Several spikes of one second count as one, with the longest time. */
  observe(event: string, ms: number): void {
    const threshold = this.#config.number('latency-monitor-threshold');
    if (threshold === 0 || ms < threshold) return;
    const time = Math.floor(Date.now() / 1000);
    const whole = Math.floor(ms);
    const spikes = this.#events.get(event) ?? { name: event, samples: [], worstMs: 0 };
    this.#events.set(event, spikes);
    spikes.worstMs = Math.max(spikes.worstMs, whole);
    const last = spikes.samples.at(-1);
    if (last?.time === time) spikes.samples[spikes.samples.length - 1] = { time, ms: Math.max(last.ms, whole) };
    else spikes.samples.push({ time, ms: whole });
    if (spikes.samples.length > MOST_SAMPLES) spikes.samples.shift();
  }

  events(): readonly LatencyEvent[] {
    return [...this.#events.values()];
  }

  event(name: string): LatencyEvent | undefined {
    return this.#events.get(name);
  }

  clear(name: string): boolean {
    return this.#events.delete(name);
  }
}
