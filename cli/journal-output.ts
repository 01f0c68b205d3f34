/** The two forms in which `journal` writes what it has read. Neither holds more than a few lines. */
import type { ReadLine } from '../src/journal/read-archive.ts';
import type { JournalRecord } from '../src/journal/record.ts';
import { recordJson, recordLine, type RecordPlace } from '../src/journal/shown-record.ts';
import { escapeHidden } from '../src/shown-text.ts';
import type { CommandContext } from './command.ts';
import { KeptTexts } from './kept-texts.ts';

export interface Counts {
  records: number;
  unreadable: number;
}

export interface JournalOutput extends AsyncDisposable {
  record(place: RecordPlace, record: JournalRecord): void;
  unreadable(file: string, line: ReadLine): Promise<void>;
  /** Writes what has come since the last time. */
  flush(): void;
  end(counts: Counts): Promise<void>;
}

export function textOutput(write: CommandContext['write']): JournalOutput {
  let text = '';
  return {
    record: (place, record) => (text += `${recordLine(place, record)}\n`),
    // They are told on standard error, as they come.
    unreadable: async () => {},
    flush: () => {
      if (text !== '') write(text);
      text = '';
    },
    end: async () => {},
    [Symbol.asyncDispose]: async () => {},
  };
}

/**
 * One object, with each record on a line of its own. Lines that could not be read come after all records, and so are kept
 * until then.
 */
export function jsonOutput({ write, room }: Pick<CommandContext, 'write' | 'room'>): JournalOutput {
  const kept = new KeptTexts();
  let text = '{"records":[';
  let [isFirst, isFirstUnreadable] = [true, true];
  return {
    record: (place, record) => {
      text += `${isFirst ? '' : ','}\n${escapeHidden(recordJson(place, record))}`;
      isFirst = false;
    },
    unreadable: async (file, line) => {
      const entry = JSON.stringify({ file, line: line.number, text: line.text });
      const before = isFirstUnreadable ? '' : ',';
      isFirstUnreadable = false;
      await kept.add(`${before}\n${escapeHidden(entry)}`);
    },
    flush: () => {
      write(text);
      text = '';
    },
    end: async (counts) => {
      write(`${text}\n],\n"unreadable":[`);
      for await (const piece of kept) {
        write(piece);
        if (!(await room())) return;
      }
      write(`\n],\n"counts":${JSON.stringify(counts)}}\n`);
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  };
}
