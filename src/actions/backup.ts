import { z } from 'zod';
import { backup as backUp } from '../backup/backup.ts';
import { sendingTarget, type BackupPiece } from '../backup/target.ts';
import { record } from '../events/record.ts';
import { action, operators, type Channel } from './action.ts';

/** The pieces of the answer are what a `BackupFolder` takes. */
export const backup = action({
  name: 'backup',
  input: z.strictObject({}),
  allowed: operators,
  run: async ({ database, clock, spool }, _, { name: who }, { send }: Channel<BackupPiece>) => {
    const counts = await backUp({ database, clock, spool }, sendingTarget(send));
    await database.transaction((tx) =>
      record(tx, clock.now(), { type: 'backup.written', who, data: counts }),
    );
    return counts;
  },
});
