/** One log in PostgreSQL that one process writes, or several in turns: how many commands a second in all, and how evenly. */
import type { PostgresServer } from '../../../postgres/server.ts';
import { Lane } from '../../measuring/lane.ts';
import type { Context, Row } from '../../measuring/workload.ts';
import { row, withServer } from './stage.ts';

const SCRIPT = new URL('sharing-lane.ts', import.meta.url);
const MEMBERS = [2, 8];

/** What the processes of one round did, in commands a second. */
type Round = readonly number[];

export function shared({ sizes }: Context): Promise<Row[]> {
  return withServer(async (server) => {
    const measure = (processes: number, writers: 'one' | 'many'): Promise<Round[]> =>
      rounds(server, processes, writers, sizes);
    const rows = [line('one', 'one process', await measure(1, 'one'))];
    for (const members of MEMBERS) {
      const words = `${members} processes in turns`;
      const all = await measure(members, 'many');
      rows.push(line(`${members}`, words, all));
      rows.push(
        line(
          `${members}-least`,
          `the least served of ${words}`,
          all.map((round) => [Math.min(...round)]),
        ),
      );
      rows.push(
        line(
          `${members}-most`,
          `the most served of ${words}`,
          all.map((round) => [Math.max(...round)]),
        ),
      );
    }
    return rows;
  });
}

/** Every process has its own store, on a log that is theirs. The first round warms up. */
async function rounds(
  server: PostgresServer,
  processes: number,
  writers: 'one' | 'many',
  { runs, warmUpSeconds, secondsPerRun }: Context['sizes'],
): Promise<Round[]> {
  const args = [server.url(), `shared by ${processes} (${writers})`, writers];
  const lanes: Lane<number, number>[] = [];
  for (let lane = 0; lane < processes; lane++) lanes.push(await Lane.open<number, number>(SCRIPT, args));
  const together = (seconds: number): Promise<Round> => Promise.all(lanes.map((lane) => lane.ask(seconds)));
  await together(warmUpSeconds);
  const measured: Round[] = [];
  for (let run = 0; run < runs; run++) measured.push(await together(secondsPerRun));
  for (const lane of lanes) await lane.close();
  return measured;
}

function line(name: string, who: string, all: readonly Round[]): Row {
  const runs = all.map((round) => round.reduce((sum, rate) => sum + rate, 0));
  return row(`sharing-${name}`, `${who}, 50 commands with ids in flight in each`, { runs }, 'commands/s');
}
