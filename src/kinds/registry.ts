import { directory } from './directory/kind.ts';
import { Kinds } from './kinds.ts';
import { provisioning } from './provisioning/kind.ts';
import { snapshot } from './snapshot/kind.ts';
import { technicians } from './technicians/kind.ts';
import { users } from './users/kind.ts';

/** Every kind of change file. A new one is a folder beside these, and a place in this list. */
export const KINDS = new Kinds([directory, provisioning, users, technicians, snapshot]);
