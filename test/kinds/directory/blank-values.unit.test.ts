import { describe, expect, it } from 'vitest';
import { MemoryDirectory, person } from './directory.ts';

const JOE = 'cn=Joe Smith,ou=Users,o=Acme';

describe('a mandatory attribute of which nobody can see anything is missing', () => {
  it.each([' ', '\u00a0', '\u200b', '\u3000'])('%j', async (blank) => {
    const base64 = Buffer.from(blank).toString('base64');
    const add = `dn: ${JOE}\nchangetype: add\nobjectclass: inetOrgPerson\nmail: joe@example.com\ndisplayName:: ${base64}\n\n`;
    expect(await new MemoryDirectory().codes(add)).toEqual([9]);
    const modify = `dn: ${JOE}\nchangetype: modify\nreplace: displayName\ndisplayName:: ${base64}\n\n`;
    expect(await new MemoryDirectory().codes(`${person(JOE)}${modify}`)).toEqual([0, 9]);
  });
});
