import type { Algorithms } from 'ssh2';

/**
 * What this door negotiates: nothing with SHA-1, CBC or keys that can be broken. Compression is off: a client could
 * send a few bytes that become many. ChaCha20 is left out because many clients prefer it and it is not in OpenSSL's fast
 * form here: AES, which every client has, moves several times as much. Of the key exchanges, those that cost this machine
 * ten milliseconds and more for a few bytes of a stranger (nistp521, group 18) are left out.
 */
export const ALGORITHMS: Algorithms = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group14-sha256',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
};
