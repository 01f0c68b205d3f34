import type { Journal } from '../events/events.ts';
import type { Announce, SignIn } from './sign-in/access-account.ts';
import type { FolderRoom } from './folder/folder-room.ts';
import type { Sessions } from './sessions.ts';

/** What all doors of a daemon share. */
export interface DoorServices {
  signIn: SignIn;
  sessions: Sessions;
  room: FolderRoom;
  announce: Announce;
  journal: Journal;
}
