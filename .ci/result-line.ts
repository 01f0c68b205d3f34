/**
 * Prints `N passed, N failed` from the result file of a test run. A test file that could not even be loaded counts as
 * one failure. The exit code is 1 where anything failed, no test ran, or there is no result.
 */
import { readFileSync } from 'node:fs';

interface TestFile {
  status: 'passed' | 'failed';
  assertionResults: { status: string }[];
}

const [file = ''] = process.argv.slice(2);
const { passed, failed } = countIn(file);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function countIn(file: string): { passed: number; failed: number } {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as { testResults: TestFile[] };
    const counts = testResults.map(countOf);
    const sum = (name: 'passed' | 'failed') => counts.reduce((total, count) => total + count[name], 0);
    return { passed: sum('passed'), failed: sum('failed') };
  } catch (error) {
    process.stderr.write(
      `No test result in ${file}: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { passed: 0, failed: 0 };
  }
}

function countOf({ status, assertionResults }: TestFile): { passed: number; failed: number } {
  const passed = assertionResults.filter((test) => test.status === 'passed').length;
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  return { passed, failed: status === 'failed' ? Math.max(failed, 1) : failed };
}
