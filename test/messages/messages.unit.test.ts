import { describe, expect, it } from 'vitest';
import { en } from '../../src/messages/en/en.ts';
import type { Messages } from '../../src/messages/messages.ts';

/** Every text of the catalogue with stand-ins for its values, and the place that it has there. */
export function textsOf(area: unknown, place: string): [string, string][] {
  if (typeof area === 'string') return [[place, area]];
  if (typeof area === 'function') {
    const causes = 'causes' in area ? (area.causes as object) : null;
    return causes ? textsOf(causes, place) : [[place, String((area as () => unknown)())]];
  }
  if (typeof area !== 'object' || area === null) return [];
  return Object.entries(area).flatMap(([key, inner]) => textsOf(inner, `${place}.${key}`));
}

describe('a language', () => {
  it('is complete, or does not compile', () => {
    const { folder, server, ftp, channel } = en.replies;
    const { endOfFile: _, ...rest } = en.replies.sftp;
    // @ts-expect-error -- sftp.endOfFile is missing
    const incomplete: Messages['replies'] = { folder, server, ftp, channel, sftp: rest };
    // @ts-expect-error -- a text takes the values that it takes in English, in no other form
    const wrongValues: Messages['replies']['folder']['tooLarge'] = (size: string) => size;
    expect([incomplete, wrongValues]).toHaveLength(2);
  });
});
