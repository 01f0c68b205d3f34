import type { KnownPerson } from '../../../src/accounts/lists/known.ts';

/** Somebody whom the source `ad` manages, at example.com. */
export function known(
  id: number,
  name: string,
  objectId: string | null,
  more: Partial<KnownPerson> = {},
): KnownPerson {
  return {
    id,
    address: `${name}@example.com`,
    source: 'ad',
    objectId,
    isDisabled: false,
    mayEnable: true,
    isLeaving: false,
    isTechnician: false,
    isGroup: false,
    administrates: false,
    isFederated: false,
    hasNotesMail: false,
    key: null,
    fields: { givenName: 'X', familyName: 'X' },
    ...more,
  };
}
