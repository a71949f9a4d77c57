/**
 * What a commit costs in each shape of a state, small and large: single events, each of which changes one of the lines of
 * one large cart. The atomic fold, in memory, so that nothing but the fold depends on the size.
 */
import { SHAPES, type ShapeName } from '../../material/shapes.ts';
import { Lane } from '../../measuring/lane.ts';
import { type Context, type Row, type Run, summariseRounds, type Workload } from '../../measuring/workload.ts';

const SCRIPT = new URL('shape-lane.ts', import.meta.url);

export const shapeWorkloads: readonly Workload[] = [{ name: 'shape', run: shapeRows }];

/** What is copied for each commit is not measured with more lines: an append would take seconds. */
const MOST_COPIED = 50_000;

interface Shape {
  readonly name: ShapeName;
  readonly place: 'small' | 'large';
  readonly lines: number;
  readonly lane: Lane<number, Run>;
  readonly rounds: Run[];
}

async function shapeRows({ sizes }: Context): Promise<Row[]> {
  const shapes: Shape[] = [];
  try {
    for (const name of Object.keys(SHAPES) as ShapeName[]) {
      const most = SHAPES[name].isCopied ? MOST_COPIED : sizes.tableEntries.at(-1)!;
      shapes.push(await openShape(name, 'small', sizes.tableEntries[0]!));
      shapes.push(await openShape(name, 'large', most));
    }
    for (let round = -1; round < sizes.rounds; round++) {
      for (const { name, lane, place, rounds } of shapes) {
        const isSlow = SHAPES[name].isCopied && place === 'large';
        const run = await lane.ask(isSlow ? Math.ceil(sizes.appendsPerRound / 100) : sizes.appendsPerRound);
        if (round >= 0) rounds.push(run);
      }
    }
  } finally {
    await Promise.all(shapes.map(({ lane }) => lane.close()));
  }
  return shapes.map(rowOf);
}

async function openShape(name: ShapeName, place: Shape['place'], lines: number): Promise<Shape> {
  return { name, place, lines, lane: await Lane.open(SCRIPT, [name, String(lines)]), rounds: [] };
}

function rowOf({ name, place, lines, rounds }: Shape): Row {
  return {
    name: `shape-${name}-${place}`,
    what: `one event per commit, ${lines.toLocaleString('en')} lines of a cart as ${SHAPES[name].words}`,
    by: 'refold, atomic',
    durability: 'memory only',
    unit: 'events/s',
    ...summariseRounds(rounds),
  };
}
