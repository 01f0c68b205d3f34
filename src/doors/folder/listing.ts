import type { FolderEntry } from './folder-view.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Like `ls`: older entries show their year in place of the time. */
const RECENT_MS_MAX = 180 * 24 * 3_600_000;

/** One line of a listing, in the form of `ls -l` that every client parses. Times are UTC. */
export function unixLine(entry: FolderEntry, now: Date): string {
  const mode = entry.kind === 'folder' ? folderMode(entry) : fileMode(entry);
  const size = String(entry.sizeBytes).padStart(12);
  return `${mode}   1 spoolgate spoolgate ${size} ${unixTime(entry.modified, now)} ${entry.name}`;
}

function folderMode({ permissions }: FolderEntry): string {
  return permissions.write || permissions.remove ? 'drwxr-x---' : 'dr-xr-x---';
}

function fileMode({ permissions }: FolderEntry): string {
  return `-${permissions.read ? 'r' : '-'}${permissions.write ? 'w' : '-'}-${permissions.read ? 'r' : '-'}-----`;
}

function unixTime(time: Date, now: Date): string {
  const day = `${MONTHS[time.getUTCMonth()]} ${String(time.getUTCDate()).padStart(2)}`;
  const ageMs = now.getTime() - time.getTime();
  if (ageMs < 0 || ageMs > RECENT_MS_MAX) return `${day}  ${time.getUTCFullYear()}`;
  return `${day} ${time.toISOString().slice(11, 16)}`;
}
