import type { FolderEntry } from '../folder/folder-view.ts';

/** Facts that MLSD and MLST know (RFC 3659 section 7.5), in the order in which they are sent. */
export const FACTS = ['type', 'size', 'modify', 'perm'] as const;

export type Fact = (typeof FACTS)[number];

/** Path from a LIST or NLST argument. Clients send options of `ls` (`-a`, `-la /x`, `-1`), which change nothing here. */
export function listingPath(argument: string): string {
  return argument.replace(/^\s*(?:-[A-Za-z1]+(?:\s+|$))*/u, '');
}

/** One line of MLSD, or of MLST with the path in place of the name. */
export function factsLine(entry: FolderEntry, facts: ReadonlySet<Fact>, name = entry.name): string {
  const values: Record<Fact, string | null> = {
    type: entry.kind === 'folder' ? 'dir' : 'file',
    size: entry.kind === 'folder' ? null : String(entry.sizeBytes),
    modify: timeValue(entry.modified),
    perm: entry.kind === 'folder' ? folderPerm(entry) : filePerm(entry),
  };
  const shown = FACTS.filter((fact) => facts.has(fact) && values[fact] !== null);
  return `${shown.map((fact) => `${fact}=${values[fact]};`).join('')} ${name}`;
}

/** RFC 3659 section 7.5.5: c create, e enter, l list, p purge. */
function folderPerm({ permissions }: FolderEntry): string {
  return `${permissions.write ? 'c' : ''}el${permissions.remove ? 'p' : ''}`;
}

/** RFC 3659 section 7.5.5: r retrieve, w store, d delete, f rename. */
function filePerm({ permissions }: FolderEntry): string {
  return `${permissions.read ? 'r' : ''}${permissions.write ? 'w' : ''}${permissions.remove ? 'd' : ''}${permissions.write ? 'f' : ''}`;
}

/** `20261101120000`, UTC (RFC 3659 section 2.3), also the answer to MDTM. */
export function timeValue(time: Date): string {
  return time.toISOString().slice(0, 19).replaceAll(/[-:T]/gu, '');
}
