import { open, type FileHandle } from 'node:fs/promises';
import type { AnswerOf } from '../src/actions/action.ts';
import { check as checkAction } from '../src/actions/check.ts';
import { causeOf } from '../src/cause.ts';
import { OperatorFault } from '../src/fault.ts';
import { escapeHidden } from '../src/shown-text.ts';
import { customerNumber } from './arguments.ts';
import type { Command, CommandContext } from './command.ts';
import { numberOf, peopleOf } from '../src/change-file/danger.ts';
import { commands } from '../src/messages/en/commands.ts';
import { heldText } from '../src/messages/en/held.ts';

/** What would become of one file. */
type Checked = AnswerOf<typeof checkAction>;

const words = commands.check;

export const check: Command = {
  name: 'check',
  usage: 'FILE…',
  summary: words.summary,
  details: words.details,
  options: { customer: { type: 'string' }, json: { type: 'boolean' } },
  count: { min: 1, max: 1000 },
  run: async ({ arguments: files, options, call, print, progress }) => {
    const customer = typeof options.customer === 'string' ? customerNumber(options.customer) : null;
    const checked: Checked[] = [];
    for (const file of files) checked.push(await checkFile({ call, progress }, file, customer));
    progress.done();
    print(
      shownLines(
        options.json ? JSON.stringify(checked.map(asJson), null, 2) : checked.map(asText).join('\n'),
      ),
    );
    return checked.some(({ fails }) => fails) ? 1 : 0;
  },
};

async function checkFile(
  { call, progress }: Pick<CommandContext, 'call' | 'progress'>,
  file: string,
  customer: number | null,
): Promise<Checked> {
  const handle = await open(file).catch((error: unknown) => {
    throw new OperatorFault(commands.wrong.file(escapeHidden(file), causeOf(error)), 2);
  });
  await using _ = handle;
  const { size } = await handle.stat();
  async function* told(content: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const chunk of content) {
      yield chunk;
      sent += chunk.length;
      const percent = Math.floor((100 * sent) / Math.max(bytes, sent));
      progress.show(
        sent < bytes ? words.progress(escapeHidden(file), percent) : words.working(escapeHidden(file)),
      );
    }
  }
  return await call(checkAction, { file, customer }, { content: () => told(contentOf(handle), size) });
}

/** From its beginning, as often as it is asked for. */
function contentOf(handle: FileHandle): AsyncIterable<Buffer> {
  return handle.createReadStream({ start: 0, autoClose: false });
}

/** Lines of files are outside text. */
function shownLines(text: string): string {
  return text.split(/\r?\n/).map(escapeHidden).join('\n');
}

function asText({ file, inForce, trace, report, planText, hold }: Checked): string {
  const options = inForce === null ? '' : `${words.options(file, inForce)}\n`;
  const held = hold === null ? '' : `${words.held(file, heldText(hold))}\n`;
  return `${options}${trace === '' ? report : words.trace(file, trace, report)}${held}${planText}`;
}

function asJson({ file, inForce, hold, refusal, counts, results, trace, report, plan }: Checked): object {
  const wouldBeHeld =
    hold === null
      ? {}
      : { wouldBeHeld: { ...hold, people: peopleOf(hold), number: numberOf(hold), why: heldText(hold) } };
  return {
    file,
    ...(inForce === null ? {} : { options: inForce }),
    ...wouldBeHeld,
    refusal,
    counts,
    results,
    trace,
    report,
    plan,
  };
}
