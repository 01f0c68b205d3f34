import { activationMail as activationMailAction } from '../src/actions/activation-mail.ts';
import { commands } from '../src/messages/en/commands.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';

const words = commands.activationMail;

export const activationMail: Command = {
  name: 'activation-mail',
  usage: 'CUSTOMER',
  summary: words.summary,
  details: words.details,
  options: { json: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], options, call, print, say, progress }) => {
    const customer = customerNumber(id);
    const { sent, left, resumed, hasMailServer } = await call(
      activationMailAction,
      { customer },
      { take: (so) => progress.show(words.progress(so.sent)) },
    );
    progress.done();
    if (options.json) print(JSON.stringify({ customer, sent, left, resumed }));
    else {
      if (resumed) say(words.resumed(customer));
      say(words.sent(customer, sent, left));
      if (sent > 0 && !hasMailServer) say(words.noMailServer);
    }
    return sent > 0 ? 0 : 3;
  },
};
