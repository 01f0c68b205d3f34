import type { Effects } from '../../change-file/entry.ts';
import type { ReportWords } from '../../change-file/reported-file.ts';
import { quoted } from '../../shown-text.ts';

const COUNTED = ['created', 'updated', 'enabled', 'unchanged', 'disabled', 'removed', 'kept'];

function summary(effects: Effects, source: string): string {
  return `Snapshot of ${quoted(source)}: ${COUNTED.map((name) => `${name}: ${effects[name] ?? 0}`).join('; ')}`;
}

export const LIST_WORDS: ReportWords = {
  entry: 'CSV entry',
  read: 'CSV entries read',
  written: 'members written',
  readErrors: 'CSV read errors',
  writeErrors: 'member write errors',
  summary,
};
