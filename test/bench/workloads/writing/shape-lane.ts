/** `shape-lane.ts SHAPE LINES`: a state of that shape; appends as many single events as it is asked for. */
import { openStore } from 'refold';
import { cartsAs, type ShapeName } from '../../material/shapes.ts';
import { serve } from '../../measuring/lane.ts';
import { collectGarbage, type Run, repeatWhile } from '../../measuring/workload.ts';

const [shape, lines] = process.argv.slice(2);
const count = Number(lines);
// No snapshot within the run: what one costs is another question.
const store = await openStore(cartsAs(shape as ShapeName, count), { path: ':memory:', recoverWithin: 3_600_000 });
let at = 0;

serve(async (appends: number): Promise<Run> => {
  collectGarbage();
  return repeatWhile(
    (done) => done < appends,
    () => {
      at = (at + 7_919) % count; // a prime, so that the lines come in no order
      return store.append({ type: 'LineChanged', data: { line: at } });
    },
  );
});
