/** The words of the contract suite, for our own tests of logs. */
export * from '../../src/log/contract/fixtures.ts';
