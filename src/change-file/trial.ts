/** A tried file lies in `_validate`, and what it would come to beside it: planned, answered, and never carried out. */
import path from 'node:path';
import { traceName } from './companions.ts';

/** What of a tried file and its answers is left goes after so long. */
export const TRIAL_MS_MAX = 24 * 3_600_000;

/** `1000001_PRV_5.csv` → `1000001_PRV_5.plan.txt`, and the others by the same rule as what lies beside a filed file. */
export function answerNames(file: string): { text: string; json: string; report: string; trace: string } {
  const { dir, name } = path.parse(file);
  const beside = (ending: string) => path.join(dir, `${name}${ending}`);
  return {
    text: beside('.plan.txt'),
    json: beside('.plan.json'),
    report: beside('_report.txt'),
    trace: traceName(file),
  };
}

/** No name of a change file ends so: its last part is a number. */
export function isAnswerName(name: string): boolean {
  return /(?:\.plan\.(?:txt|json)|_report\.txt|_trace\.[a-z]+)$/i.test(name);
}
