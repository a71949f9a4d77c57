import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  CONSENSUS_HEADER,
  type ConsensusReport,
  runConsensus,
} from '../../../examples/orderbook/feeds/matching/consensus.ts';
import { memoryBook } from './memory-book.ts';
import { dataPath, dataSource, errorOf, hasData, linesOf, linesSource } from './support.ts';

/** Runs lines of commands, and gives the reports with the report. */
async function run(lines: readonly string[]): Promise<{ report: ConsensusReport; reports: string[] }> {
  const reports: string[] = [];
  const source = linesSource([CONSENSUS_HEADER, ...lines], 'commands.csv');
  const report = await runConsensus(memoryBook(), source, { onReports: (some) => reports.push(...some) });
  return { report, reports };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the report stream', () => {
  test('says what each command came to, in canonical order', async () => {
    const { report, reports } = await run([
      '0,new,1,sell,100,10,gtc',
      '1,new,2,sell,101,10,gtc',
      '2,new,3,buy,101,15,gtc',
      '3,new,4,buy,99,5,gtc',
      '4,modify,4,,101,7,gtc',
      '5,new,5,sell,90,9,ioc',
      '6,cancel,2,,,,',
      '7,modify,2,,100,1,gtc',
      '8,new,6,buy,50,1,gtc',
      '9,cancel,6,,,,',
    ]);
    expect(reports).toEqual([
      '0,0,1,1,100,10',
      '0,1,1,2,101,10',
      '0,2,0,3,101,15',
      '1,2,100,10,1,3',
      '1,2,101,5,2,3',
      '0,3,0,4,99,5',
      '1,4,101,5,2,4',
      '3,4,0,4,101,7',
      '0,5,1,5,90,9',
      '1,5,101,2,4,5',
      '2,5,1,5,90',
      '4,6,2',
      '5,7,2',
      '0,8,0,6,50,1',
      '2,9,0,6,50',
    ]);
    expect(report).toMatchObject({ commands: 10, reports: 15, trades: 4, sha256: sha256(reports.join('\n')) });
  });

  test('of nothing is empty', async () => {
    expect((await run([])).report).toMatchObject({ commands: 0, reports: 0, trades: 0, sha256: sha256('') });
  });

  test('is hashed as a whole, however long', async () => {
    const lines = Array.from({ length: 20_000 }, (_, seq) => {
      const id = (seq >> 1) + 1;
      return seq % 2 === 0
        ? `${seq},new,${id},${id % 2 ? 'buy' : 'sell'},${100 + (id % 3)},1,gtc`
        : `${seq},cancel,${id},,,,`;
    });
    const { report, reports } = await run(lines);
    expect(report).toMatchObject({ commands: 20_000, reports: reports.length, sha256: sha256(reports.join('\n')) });
  });
});

describe('bad input names file, line and remedy', () => {
  test.each([
    ['an unknown command', ['0,buy,1,,,,'], 2, /cmd is "buy"/],
    ['an unknown time in force', ['0,new,1,buy,100,1,day'], 2, /tif is "day"/],
    ['no side', ['0,new,1,,100,1,gtc'], 2, /side is ""/],
    ['no price', ['0,new,1,buy,,1,gtc'], 2, /price is ""/],
    ['a modification of nothing', ['0,modify,1,,,,'], 2, /price is ""/],
    ['a change of sides', ['0,new,1,buy,100,1,gtc', '1,modify,1,sell,100,1,gtc'], 3, /change its side/],
    ['an id that is taken', ['0,new,1,buy,100,1,gtc', '1,new,1,buy,100,1,gtc'], 3, /refuses it: .*order has this id/],
  ])('%s', async (_, lines, line, message) => {
    const error = await errorOf(run(lines));
    expect(error).toMatchObject({ code: 'INVALID_OPTION', path: 'commands.csv', line });
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
});

describe.skipIf(!hasData)('consensus with other engines', () => {
  test.each([
    ['normal', '7e32c8ad534265a77e66b9fc1df15cc61fe3030434a5b0ab9548704d23bb0395'],
    ['static', '75465244465e144211887b27fa9d16264940e34827fe1e54f9820195c7745fc3'],
    ['flash-crash', 'aa7690ffa18ade5ce41c5531f72d7d43df842f5e670a4a0160eec5b6dc6c5c75'],
  ])('%s', async (name, expected) => {
    const report = await runConsensus(memoryBook(), dataSource(`matching-consensus/${name}_20k.commands.csv.gz`));
    expect(report).toMatchObject({ commands: 39_878, sha256: expected });
  });

  test('is lost with one command changed', async () => {
    const lines = await linesOf(dataSource('matching-consensus/normal_20k.commands.csv.gz'));
    const at = lines.findIndex((line, index) => index > 10_000 && line.includes(',new,'));
    const changed = lines[at]!.replace(/,(\d+),(gtc|ioc)$/, (_, quantity, tif) => `,${Number(quantity) + 1},${tif}`);
    const report = await runConsensus(memoryBook(), linesSource(lines.with(at, changed)));
    expect(report.commands).toBe(39_878);
    expect(report.sha256).not.toBe('7e32c8ad534265a77e66b9fc1df15cc61fe3030434a5b0ab9548704d23bb0395');
  });

  interface Step {
    readonly cmd: string;
    readonly id: number;
    readonly side?: 'B' | 'S';
    readonly qty?: number;
    readonly price?: number;
    readonly ioc?: boolean;
    readonly reports: readonly string[];
  }
  const cases: { readonly name: string; readonly generate?: string; readonly steps: readonly Step[] }[] = hasData
    ? JSON.parse(readFileSync(dataPath('matching-consensus/conformance_cases.json'), 'utf8'))
    : [];

  const word = { B: 'buy', S: 'sell' } as const;
  const lineOf = ({ cmd, id, side, qty, price, ioc }: Omit<Step, 'reports'>, seq: number): string => {
    const tif = cmd === 'cancel' ? '' : ioc ? 'ioc' : 'gtc';
    return [seq, cmd, id, side === undefined ? '' : word[side], price ?? '', qty ?? '', tif].join(',');
  };

  test('has edge cases', () => expect(cases).toHaveLength(34));

  test.each(cases.filter(({ generate }) => generate === undefined).map(({ name, steps }) => [name, steps] as const))(
    'edge case %s',
    async (_, steps) => {
      const { reports } = await run(steps.map(lineOf));
      expect(reports).toEqual(steps.flatMap((step) => step.reports));
    },
  );

  test('edge case deep_recursive_sweep_5000: one order meets five thousand', async () => {
    const makers = Array.from({ length: 5_000 }, (_, index) => index + 1);
    const entries = makers.map((id) => ({ cmd: 'new', id, side: 'S', qty: 1, price: 100 }) as const);
    const sweep = { cmd: 'new', id: 5_001, side: 'B', qty: 5_000, price: 100, ioc: true } as const;
    const { reports } = await run([...entries, sweep].map(lineOf));
    const expected = ['0,5000,0,5001,100,5000', ...makers.map((id) => `1,5000,100,1,${id},5001`)];
    expect(reports.slice(5_000)).toEqual(expected);
  });
});
