/**
 * Judges the output of a step of the gate.
 *
 * `tests FILE …`: reads vitest's JSON reports and prints the tally. Fails when a test failed or was skipped, or a report has
 * no test that ran. `result KEY=VALUE …`: prints the JSON on the last line of stdin. Fails when a member has another value. `member
 * KEY`: prints that member of the JSON on the last line of stdin.
 */
import { readFileSync } from 'node:fs';

const judges = { tests: judgeTests, result: judgeResult, member: printMember };

const [kind, ...args] = process.argv.slice(2);
judges[kind](...args);

function judgeTests(...files) {
  const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
  const tallies = reports.map(tallyOf);
  const sum = (name) => tallies.reduce((all, tally) => all + tally[name], 0);
  console.log(`tests: ${sum('passed')} passed, ${sum('failed')} failed`);
  const isEmpty = tallies.some(({ passed }) => passed === 0);
  if (sum('failed') > 0 || isEmpty || reports.some(({ success }) => !success)) process.exitCode = 1;
}

function tallyOf({ testResults }) {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const named = (status) => tests.filter((test) => test.status === status);
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  for (const { fullName } of skipped) console.log(`skipped: ${fullName}`);
  // A file that cannot be loaded counts as one failure, because it reports no tests.
  const unloaded = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return { passed: named('passed').length, failed: named('failed').length + unloaded.length + skipped.length };
}

function judgeResult(...expected) {
  const result = lastLine();
  console.log(JSON.stringify(result));
  for (const [key, value] of expected.map((pair) => pair.split('='))) {
    const found = memberOf(result, key);
    if (String(found) === value) continue;
    console.error(`${key} is ${JSON.stringify(found)} and should be ${value}`);
    process.exitCode = 1;
  }
}

function printMember(key) {
  console.log(memberOf(lastLine(), key));
}

/** `oracle.wrong` is a member of a member. */
function memberOf(result, key) {
  return key.split('.').reduce((value, name) => value?.[name], result);
}

function lastLine() {
  const line = readFileSync(0, 'utf8').trimEnd().split('\n').at(-1);
  if (line === undefined || line === '') throw new Error('stdin is empty');
  return JSON.parse(line);
}
