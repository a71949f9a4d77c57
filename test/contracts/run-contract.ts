/** Runs the contract suite under vitest: the names are groups and cases. */
import { describe, test } from 'vitest';
import {
  type ContractCase,
  type LogContractSetup,
  type LogUnderTest,
  logContract,
} from '../../src/log/contract/contract.ts';

/** @param choose which of the cases to run. Default: all */
export function describeLog<Subject extends LogUnderTest>(
  name: string,
  setup: LogContractSetup<Subject>,
  choose: (cases: readonly ContractCase[]) => readonly ContractCase[] = (cases) => cases,
): void {
  const groups = Map.groupBy(choose(logContract(setup)), (one) => one.name.slice(0, one.name.indexOf(':')));
  describe(`a log (${name})`, () => {
    for (const [group, cases] of groups) {
      describe(group, () => {
        for (const { name: full, run } of cases) test(full.slice(group.length + 2), run);
      });
    }
  });
}
