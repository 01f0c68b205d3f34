import { expect, test } from 'vitest';
import { activationMail } from '../../cli/activation-mail.ts';
import type { CommandContext } from '../../cli/command.ts';

async function saidOf(sent: number, hasMailServer: boolean): Promise<string[]> {
  const said: string[] = [];
  const context = {
    arguments: ['1'],
    options: {},
    call: () => Promise.resolve({ sent, left: 0, resumed: false, hasMailServer }),
    say: (text: string) => said.push(text),
    progress: { show: () => {}, done: () => {} },
  };
  await activationMail.run(context as unknown as CommandContext);
  return said;
}

test('where no mail server is configured, invitations are told not to be sent before', async () => {
  const told = 'Customer 1: 2 invitations to send.';
  expect(await saidOf(2, true)).toEqual([told]);
  expect(await saidOf(2, false)).toEqual([
    told,
    'No mail server is configured: nothing will be sent before mail.smtp is set.',
  ]);
  expect(await saidOf(0, false)).toEqual(['Customer 1: 0 invitations to send.']);
});
