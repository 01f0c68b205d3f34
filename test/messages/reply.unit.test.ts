import { expect, test } from 'vitest';
import { reason, reasonText, storedReasonText, type Reason } from '../../src/messages/reply.ts';
import { withWhy } from '../../src/events/why.ts';

const TOO_LARGE = reason('folder.tooLarge', { bytesMax: 1_000 });

test.each<[Reason, string]>([
  [reason('folder.notFound'), 'No such file or directory'],
  [TOO_LARGE, 'File too large: the limit is 1000 bytes'],
  [
    reason('folder.notStored', { why: TOO_LARGE }),
    'File not stored: File too large: the limit is 1000 bytes',
  ],
  [reason('channel.tlsFailed', { code: null }), 'TLS handshake failed on the data connection'],
])('%j reads %j, also when it has been stored', (why, text) => {
  expect(reasonText(why)).toBe(text);
  const { code, values } = JSON.parse(JSON.stringify(why)) as Reason;
  expect(storedReasonText(code, values)).toBe(text);
});

test.each(['infected', 'folder.gone', 'nowhere.notFound', 'folder.toString', '__proto__.x', '', 7, null])(
  'a stored reason %j that has no text here stays as it is',
  (code) => {
    expect(storedReasonText(code, undefined)).toBeNull();
    expect(withWhy({ reason: code })).toEqual({ reason: code });
  },
);

test('an event shows the text beside the code', () => {
  expect(withWhy({ bytes: 1, reason: 'folder.tooLarge', values: { bytesMax: 9 } })).toEqual({
    bytes: 1,
    reason: 'folder.tooLarge',
    values: { bytesMax: 9 },
    why: 'File too large: the limit is 9 bytes',
  });
});
