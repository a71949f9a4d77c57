/** Paths of places in a state as text, in the way that refold writes and reads them. Pure. */

const PLAIN_NAME = /^[\p{L}_$…][\p{L}\p{N}_$]*$/u;
const STEP_TEXT = /(?:^|\.)[^.[\]"]+|\[(?:[^"\]]+|"(?:[^"\\]|\\.)*")\]/y;

/** The path of what has this key, which is tagged JSON. */
export function childPath(path: string, key: unknown): string {
  return `${path}${stepOf(key)}`.replace(/^\./, '').toWellFormed();
}

function stepOf(key: unknown): string {
  if (typeof key === 'string') return PLAIN_NAME.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
  if (typeof key !== 'object' || key === null) return key === null ? '[object]' : `[${String(key)}]`;
  const [[tag, content] = []] = Object.entries(key);
  if (tag === '$bigint') return `[${String(content)}]`;
  if (tag === '$number') return `[${content === '-0' ? '0' : String(content)}]`;
  if (tag === '$date') return `[${content === null ? Number.NaN : Date.parse(String(content))}]`;
  return tag === '$undefined' ? '[undefined]' : '[object]';
}

/** Whether a place is inside another one. The state itself is the empty path. */
export function isInside(path: string, container: string): boolean {
  if (container === '') return path !== '';
  return path.length > container.length && path.startsWith(container) && '.['.includes(path[container.length]!);
}

/** A step on the way to a place: the path up to it, and its text: `price` or `[723]`. */
export interface Step {
  readonly path: string;
  readonly text: string;
}

/** The way from the state to a place; what cannot be read ends it. */
export function stepsTo(path: string): Step[] {
  const steps: Step[] = [];
  STEP_TEXT.lastIndex = 0;
  while (STEP_TEXT.lastIndex < path.length) {
    const [step] = STEP_TEXT.exec(path) ?? [];
    if (step === undefined) break;
    steps.push({ path: path.slice(0, STEP_TEXT.lastIndex), text: step.replace(/^\./, '') });
  }
  return steps;
}

/** What a place stands in; empty for a property of the state. */
export function containerOf(path: string): string {
  return stepsTo(path).at(-2)?.path ?? '';
}

/** The step from a container towards a place inside it. */
export function stepInside(path: string, container: string): Step {
  STEP_TEXT.lastIndex = container.length;
  // At the beginning of the path there is no dot.
  const [step = path.slice(container.length)] = STEP_TEXT.exec(path) ?? [];
  return { path: container + step, text: step.replace(/^\./, '') };
}

/** Whether a text can be read as a path. */
export function isPath(path: string): boolean {
  const steps = stepsTo(path);
  return steps.at(-1)?.path === path && steps.every(({ text }) => !text.startsWith('["') || nameIn(text) !== undefined);
}

/** The name, index or key of a step, as a person types it. */
export function nameIn(step: string): string | undefined {
  const inside = step.startsWith('[') ? step.slice(1, -1) : step;
  if (!inside.startsWith('"')) return inside;
  try {
    return JSON.parse(inside) as string;
  } catch {
    return undefined;
  }
}
