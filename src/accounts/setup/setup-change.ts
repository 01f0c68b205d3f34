/** Of an organisation file, and as what it was last said is stored. */
export type SetupItem =
  | 'customer'
  | 'group'
  | 'technician group'
  | 'subscription'
  | 'compatibility'
  | 'template'
  | 'forms file'
  | 'directory entry'
  | 'subscriber'
  | 'administrator'
  | 'notices';

export interface SetupChange {
  what: SetupItem | 'account' | 'removed account';
  name: string;
}
