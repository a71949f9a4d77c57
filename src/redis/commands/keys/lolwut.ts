/** LOLWUT: a picture, and the version. */
import { integerArgument, isOption } from '../../calls/arguments.ts';
import type { Call } from '../../calls/call.ts';
import { REDIS_VERSION } from '../connection/hello.ts';

const WIDTH = 48;
const HEIGHT = 12;
const SHADES = ' .:-=+*#%@';

/** Waves that two points send out. Arguments choose where the points are. */
export function lolwut({ args, reply }: Call): void {
  const numbers = (isOption(args[1], 'VERSION') ? args.slice(2) : args.slice(1)).map((text) => integerArgument(text));
  const [seed = 7, other = 3] = isOption(args[1], 'VERSION') ? numbers.slice(1) : numbers;
  const lines = Array.from({ length: HEIGHT }, (_, y) =>
    Array.from({ length: WIDTH }, (__, x) => {
      const near = Math.hypot(x / 2 - (Math.abs(seed) % 24), y - 3);
      const far = Math.hypot(x / 2 - (Math.abs(other) % 24), y - 9);
      const light = (Math.sin(near) + Math.sin(far) + 2) / 4;
      return SHADES[Math.min(SHADES.length - 1, Math.floor(light * SHADES.length))];
    }).join(''),
  );
  reply.verbatim(`${lines.join('\n')}\n\nWaves from two points. Redis ver. ${REDIS_VERSION}\n`);
}
