import { expect, test } from 'vitest';
import {
  ChannelFault,
  extendedPassiveReply,
  formatReply,
  passiveReply,
  replyForFault,
  workingFolderReply,
} from '../../../src/doors/ftps/replies.ts';
import { loggableLogin } from '../../../src/doors/loggable-login.ts';
import { FolderFault, type FolderFaultKind } from '../../../src/doors/folder/virtual-path.ts';
import { reason } from '../../../src/messages/reply.ts';

test.each([
  ['127.0.0.1', 61000, '227 Entering Passive Mode (127,0,0,1,238,72)\r\n'],
  ['192.0.2.255', 1, '227 Entering Passive Mode (192,0,2,255,0,1)\r\n'],
  ['10.0.0.1', 65535, '227 Entering Passive Mode (10,0,0,1,255,255)\r\n'],
])('PASV at %s port %i', (address, port, text) => {
  expect(formatReply(passiveReply(address, port))).toBe(text);
});

test('EPSV names the port alone', () => {
  expect(formatReply(extendedPassiveReply(61999))).toBe('229 Entering Extended Passive Mode (|||61999|)\r\n');
});

test('a reply of many lines keeps its code in front of the first and the last', () => {
  expect(formatReply({ code: 211, text: 'Features', lines: ['EPSV', 'SIZE'] })).toBe(
    '211-Features\r\n EPSV\r\n SIZE\r\n211 End\r\n',
  );
});

test('quotes in a path are doubled', () => {
  expect(workingFolderReply('/a"b').text).toBe('"/a""b" is the current directory');
});

test.each<[FolderFaultKind, number]>([
  ['notFound', 550],
  ['denied', 550],
  ['badName', 553],
  ['notAFile', 550],
  ['notAFolder', 550],
  ['tooBig', 552],
  ['diskFull', 452],
  ['incomplete', 426],
])('a fault of kind %s is a %i', (kind, code) => {
  expect(replyForFault(new FolderFault(kind, reason('folder.notFound')))).toEqual({
    code,
    text: 'No such file or directory',
  });
});

test('errors of ours have no words for the client', () => {
  expect(replyForFault(new Error('EACCES: /srv/secret'))).toBeNull();
  expect(replyForFault(new ChannelFault(425, reason('channel.timedOut')))).toEqual({
    code: 425,
    text: 'Timed out waiting for the data connection',
  });
});

test.each([
  ['acme', 'acme'],
  ['a\r\nb\u001b', String.raw`a\u000d\u000ab\u001b`],
  ['x'.repeat(300), 'x'.repeat(255)],
  ['\u2028', String.raw`\u2028`],
])('login %j is logged as %j', (login, logged) => {
  expect(loggableLogin(login)).toBe(logged);
});
