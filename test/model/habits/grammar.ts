/** Draws programs: the same seed draws the same program on every machine. */
import { type Chance, chanceOf } from '../../faults/judging/chance.ts';
import { COMPARATOR_NAMES, DECIDE_NAMES, INITIAL_NAMES, SCHEMA_NAMES, UPCASTER_NAMES } from './application.ts';
import { CLOCK_NAMES, GOOD_CLOCKS, LISTENER_NAMES, ODD_EVENT_NAMES, ODD_OPTION_NAMES } from './circumstances.ts';
import { drawBody, drawHaunts, type Taste } from './drawing.ts';
import { type EventSpec, type Program, type Purity, type Statement, type Step, TYPES } from './program.ts';

/** @param isStrict whether the engine has the option `strict` */
export function drawProgram(seed: number, isStrict: boolean): Program {
  const chance = chanceOf(seed, 77);
  const benign = chance.hit(0.08);
  const fold = chance.hit(0.75) ? 'atomic' : 'direct';
  const purity: Purity = benign || !isStrict ? 'pure' : chance.hit(0.75) ? 'pure' : chance.hit(0.8) ? 'told' : 'silent';
  const strict = isStrict && (purity !== 'pure' || chance.hit(fold === 'direct' ? 0.7 : 0.3));
  // Without `strict` the direct fold does not check the values that reducers put into the state, and warns when it
  // opens.
  const taste: Taste = { chance, purity, ownership: fold === 'atomic' || strict, haunts: drawHaunts(chance) };
  // One odd circumstance at a time is enough: with two, the cause of a failure is unclear.
  const oddity = benign
    ? 'none'
    : chance.pick([
        'none',
        'none',
        'initial',
        'initial',
        'schema',
        'decide',
        'clock',
        'listener',
        'upcast',
        'comparator',
      ]);
  const choose = (what: string, usual: string, names: readonly string[]): string =>
    oddity === what ? chance.pick(names) : usual;
  const statements = (): Statement[] => drawBody(benign, taste);
  return {
    seed,
    benign,
    purity,
    fold,
    strict,
    initial: taste.ownership ? choose('initial', 'fresh', INITIAL_NAMES) : 'fresh',
    comparator: choose('comparator', 'ascending', COMPARATOR_NAMES),
    reducers: { A: statements(), B: statements(), C: statements(), D: [['set', ['n'], ['good', 'number']]] },
    schema: choose('schema', 'plain', SCHEMA_NAMES),
    decide: choose('decide', 'event', DECIDE_NAMES),
    clock: choose('clock', chance.pick(GOOD_CLOCKS), CLOCK_NAMES),
    listener: oddity === 'listener' ? chance.pick(LISTENER_NAMES) : chance.pick(['none', 'none', 'quiet', 'changes']),
    slowOutcomes: chance.hit(0.1),
    upcast: choose('upcast', 'none', UPCASTER_NAMES),
    steps: drawSteps(chance, oddity === 'decide', benign),
  };
}

function drawSteps(chance: Chance, commands: boolean, benign: boolean): Step[] {
  return Array.from({ length: 3 + chance.below(6) }, () => drawStep(chance, commands, benign));
}

function drawStep(chance: Chance, commands: boolean, benign: boolean): Step {
  const event = (): EventSpec => drawEvent(chance, benign);
  const id = chance.hit(0.25) ? { commandId: `id-${chance.below(3)}` } : {};
  if (commands && chance.hit(0.6)) return { do: 'execute', event: event(), ...id };
  const roll = chance.below(20);
  if (roll < 12) return drawAppend(chance, benign, event, benign ? {} : id);
  if (roll === 12) return { do: 'together', events: [event(), event(), event(), event()], ids: chance.hit(0.5) };
  if (roll === 13) return { do: 'execute', event: event(), ...(benign ? {} : id) };
  return { do: chance.pick(['snapshot', 'snapshot', 'compact', 'at', 'verify', 'reopen', 'events']) };
}

function drawAppend(chance: Chance, benign: boolean, event: () => EventSpec, id: object): Step {
  const events = chance.hit(0.75) ? [event()] : [event(), event()];
  if (benign) return { do: 'append', events };
  const expected = chance.hit(0.1) ? { expected: chance.pick(['right', 'stale'] as const) } : {};
  const options = chance.hit(0.04) ? { options: chance.pick(ODD_OPTION_NAMES) } : {};
  return { do: 'append', events, ...id, ...expected, ...options };
}

function drawEvent(chance: Chance, benign: boolean): EventSpec {
  const event = { type: chance.pick(TYPES), n: chance.below(9) };
  return !benign && chance.hit(0.06) ? { ...event, odd: chance.pick(ODD_EVENT_NAMES) } : event;
}
