import { expect, it } from 'vitest';
import ssh2 from 'ssh2';
import { makeKeyPair } from '../../../src/doors/sftp/host-key.ts';

it('every key that is made can be read again', () => {
  for (let key = 0; key < 1_000; key += 1)
    expect(ssh2.utils.parseKey(makeKeyPair().private)).not.toBeInstanceOf(Error);
});
