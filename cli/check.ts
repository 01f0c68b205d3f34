import { open, type FileHandle } from 'node:fs/promises';
import type { AnswerOf } from '../src/actions/action.ts';
import { check as checkAction } from '../src/actions/check.ts';
import { messageOf, OperatorFault } from '../src/fault.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { CallAction } from './call-action.ts';
import type { Command } from './command.ts';

/** What would become of one file. */
type Checked = AnswerOf<typeof checkAction>;

export const check: Command = {
  name: 'check',
  usage: 'FILE…',
  summary: 'say what change files would do, without applying anything',
  details:
    'Prints the trace and the report that the files would get now, each against the current accounts. Exit 1 if\n' +
    'any file or entry would fail. The customer is that of the file name, or --customer ID.',
  options: { customer: { type: 'string' }, json: { type: 'boolean' } },
  count: { min: 1, max: 1000 },
  run: async ({ arguments: files, options, call, print }) => {
    const customer = typeof options.customer === 'string' ? customerNumber(options.customer) : null;
    const checked: Checked[] = [];
    for (const file of files) checked.push(await checkFile(call, file, customer));
    print(
      shownLines(
        options.json ? JSON.stringify(checked.map(asJson), null, 2) : checked.map(asText).join('\n'),
      ),
    );
    return checked.some(({ fails }) => fails) ? 1 : 0;
  },
};

async function checkFile(call: CallAction, file: string, customer: number | null): Promise<Checked> {
  const handle = await open(file).catch((error: unknown) => {
    throw new OperatorFault(`${file} cannot be read: ${messageOf(error)}`, 2);
  });
  await using _ = handle;
  return await call(checkAction, { file, customer }, { content: () => contentOf(handle) });
}

/** From its beginning, as often as it is asked for. */
function contentOf(handle: FileHandle): AsyncIterable<Buffer> {
  return handle.createReadStream({ start: 0, autoClose: false });
}

/** Lines of files are outside text. */
function shownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeHidden).join('\n');
}

function asText({ file, trace, report }: Checked): string {
  return trace === '' ? report : `Trace of ${file}:\n${trace}\nReport:\n${report}`;
}

function asJson({ file, refusal, counts, results, trace, report }: Checked): object {
  return { file, refusal, counts, results, trace, report };
}
