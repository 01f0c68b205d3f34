import { z } from 'zod';
import { backup as backUp } from '../backup/backup.ts';
import { hearWritten, sendingTarget, type BackupPiece } from '../backup/target.ts';
import { record } from '../events/record.ts';
import { OperatorFault } from '../fault.ts';
import { operator } from '../messages/en/operator.ts';
import { action, operators, type Channel } from './action.ts';

/**
 * The pieces of the answer are what a `BackupFolder` takes. What was sent is not what was written: that a backup is there is
 * told when the side that writes has said so.
 */
export const backup = action({
  name: 'backup',
  input: z.strictObject({}),
  allowed: operators,
  run: async ({ database, clock, spool }, _, { name: who }, { send, content }: Channel<BackupPiece>) => {
    const counts = await backUp({ database, clock, spool }, sendingTarget(send));
    if (!(await hearWritten(content))) throw new OperatorFault(operator.backup.notWritten);
    await database.transaction((tx) =>
      record(tx, clock.now(), { type: 'backup.written', who, data: counts }),
    );
    return counts;
  },
});
