/**
 * Prints `N passed, N failed`, the sum of the result files of several test runs. A test file that could not even be loaded
 * counts as one failure, and so does a run that has no result or ran no test. The exit code is 1 where anything failed.
 */
import { readFileSync } from 'node:fs';

interface Count {
  passed: number;
  failed: number;
}

interface TestFile {
  status: 'passed' | 'failed';
  assertionResults: { status: string }[];
}

const total = sum(process.argv.slice(2).map(countOfRun));
process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

function countOfRun(file: string): Count {
  try {
    const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as { testResults: TestFile[] };
    const count = sum(testResults.map(countOfFile));
    if (count.passed + count.failed > 0) return count;
    process.stderr.write(`No test ran in ${file}\n`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(`No test result in ${file}: ${reason}\n`);
  }
  return { passed: 0, failed: 1 };
}

function countOfFile({ status, assertionResults }: TestFile): Count {
  const passed = assertionResults.filter((test) => test.status === 'passed').length;
  const failed = assertionResults.filter((test) => test.status === 'failed').length;
  return { passed, failed: status === 'failed' ? Math.max(failed, 1) : failed };
}

function sum(counts: Count[]): Count {
  return counts.reduce((all, one) => ({ passed: all.passed + one.passed, failed: all.failed + one.failed }), {
    passed: 0,
    failed: 0,
  });
}
