/** MONITOR: clients that read every command. */
import type { Client } from '../../calls/client.ts';
import type { CommandRow } from '../../calls/command.ts';
import type { Monitors } from '../../calls/contracts/client-parts.ts';
import { quoted } from '../../calls/requests/quoted.ts';
import type { RunObserver } from '../dispatch.ts';

export class MonitorClients implements Monitors, RunObserver {
  readonly #clients = new Set<Client>();

  add(client: Client): void {
    client.isMonitor = true;
    this.#clients.add(client);
  }

  remove(client: Client): void {
    client.isMonitor = false;
    this.#clients.delete(client);
  }

  ran(): void {
    // A command is shown when it was first tried: one that waits is not shown again.
  }

  tried(client: Client, row: CommandRow, args: readonly string[]): void {
    if (this.#clients.size === 0 || row.flags.includes('admin') || row.flags.includes('skip_monitor')) return;
    const now = (performance.timeOrigin + performance.now()) * 1000;
    const time = `${Math.floor(now / 1e6)}.${String(Math.floor(now % 1e6)).padStart(6, '0')}`;
    const line = `${time} [${client.db} ${client.address}] ${args.map(quoted).join(' ')}`;
    for (const monitor of this.#clients) monitor.reply.aside((reply) => reply.simple(line));
  }
}
