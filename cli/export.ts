import { exportDirectory } from '../src/actions/export.ts';
import { OperatorFault } from '../src/fault.ts';
import { customerNumber } from './arguments.ts';
import type { Command } from './command.ts';

export const exportLdif: Command = {
  name: 'export',
  usage: 'CUSTOMER --ldif',
  summary: "a customer's directory as LDIF",
  details:
    'Add records, which are a change file again and which ldapmodify takes; --content for records without\n' +
    'changetype, which slapadd takes. --containers also writes what stands above the entries (o=, ou=, dc=): a server\n' +
    'needs it, a change file skips it. Which schema a server needs: docs/directory.md.',
  options: { ldif: { type: 'boolean' }, content: { type: 'boolean' }, containers: { type: 'boolean' } },
  count: { min: 1, max: 1 },
  run: async ({ arguments: [id = ''], options, call, print }) => {
    const customer = customerNumber(id);
    if (!options.ldif) throw new OperatorFault('Say in which form: spoolgate export CUSTOMER --ldif', 2);
    const form = { content: options.content === true, containers: options.containers === true };
    // The last line end of a record is the one that print adds.
    const take = (record: string) => print(record.slice(0, -1));
    await call(exportDirectory, { customer, ...form }, { take });
    return 0;
  },
};
