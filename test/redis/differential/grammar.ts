/**
 * Random commands from templates: `SET {key} {value} [NX|XX] [GET]`.
 *
 * `{word}` stands for a random argument of that kind, `[a|b]` for one of the choices or nothing, `(a|b)` for one of the choices,
 * `<a b>` for one to three repetitions. The same random numbers give the same commands.
 */
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws random numbers. */
export class Chance {
  readonly #generator: ReturnType<typeof xoroshiro128plus>;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** A number from 0 to `limit` - 1. */
  below(limit: number): number {
    return uniformInt(this.#generator, 0, limit - 1);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Makes an argument of each kind. */
export type Vocabulary = { readonly [kind: string]: (chance: Chance) => string };

type Node =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'word'; readonly kind: string }
  | { readonly type: 'choice'; readonly options: readonly Node[][]; readonly isOptional: boolean }
  | { readonly type: 'repeat'; readonly nodes: readonly Node[] };

/** A template, ready to make commands. @throws Error for a template that is not well formed */
export function compileTemplate(template: string): (chance: Chance, words: Vocabulary) => string[] {
  const tokens = template.match(/[[\](){}<>|]|[^\s[\](){}<>|]+/g) ?? [];
  const parsed = parseSequence(tokens, 0);
  if (parsed.end !== tokens.length) throw new Error(`The template ${template} has a stray ${tokens[parsed.end]}`);
  return (chance, words) => expand(parsed.nodes, chance, words);
}

function parseSequence(tokens: readonly string[], start: number): { readonly nodes: Node[]; readonly end: number } {
  const nodes: Node[] = [];
  let at = start;
  for (;;) {
    const token = tokens[at];
    if (token === undefined || token === ']' || token === ')' || token === '>' || token === '|')
      return { nodes, end: at };
    if (token === '{') {
      nodes.push({ type: 'word', kind: tokens[at + 1]! });
      at += 3;
    } else if (token === '[' || token === '(') {
      const options: Node[][] = [];
      do {
        const option = parseSequence(tokens, at + 1);
        options.push(option.nodes);
        at = option.end;
      } while (tokens[at] === '|');
      at++;
      nodes.push({ type: 'choice', options, isOptional: token === '[' });
    } else if (token === '<') {
      const repeated = parseSequence(tokens, at + 1);
      nodes.push({ type: 'repeat', nodes: repeated.nodes });
      at = repeated.end + 1;
    } else {
      nodes.push({ type: 'text', text: token });
      at++;
    }
  }
}

function expand(nodes: readonly Node[], chance: Chance, words: Vocabulary): string[] {
  return nodes.flatMap((node) => expandNode(node, chance, words));
}

function expandNode(node: Node, chance: Chance, words: Vocabulary): string[] {
  switch (node.type) {
    case 'text':
      return [node.text];
    case 'word':
      return [wordOf(node.kind, chance, words)];
    case 'choice':
      return node.isOptional && chance.below(2) === 0 ? [] : expand(chance.pick(node.options), chance, words);
    case 'repeat':
      return Array.from({ length: 1 + chance.below(3) }, () => expand(node.nodes, chance, words)).flat();
  }
}

function wordOf(kind: string, chance: Chance, words: Vocabulary): string {
  const make = words[kind];
  if (make === undefined) throw new Error(`There is no kind of argument called ${kind}`);
  return make(chance);
}
