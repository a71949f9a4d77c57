/**
 * Runs one program, given by its seed, or by the JSON that a failure printed (`-` reads it from stdin):
 *
 *     node --conditions=refold-source test/model/habits/run-one.ts 1234
 *     node --conditions=refold-source test/model/habits/run-one.ts '{"seed":1234,…}'
 */
import fs from 'node:fs';
import { drawProgram } from './grammar.ts';
import { HAS_STRICT, judge } from './oracle.ts';
import type { Program } from './program.ts';
import { shrink } from './shrink.ts';

const given = process.argv[2] === '-' ? fs.readFileSync(0, 'utf8') : process.argv[2]!;
const program: Program = given.startsWith('{') ? JSON.parse(given) : drawProgram(Number(given), HAS_STRICT);
const verdict = await judge(program);
const violationOf = async (each: Program): Promise<string | undefined> => (await judge(each)).violations[0];
const smallest = verdict.violations.length > 0 ? await shrink(program, violationOf) : program;
console.log(JSON.stringify(smallest));
console.log({ ...verdict, smallest: smallest === program ? undefined : (await judge(smallest)).violations });
process.exit(verdict.violations.length > 0 ? 1 : 0);
