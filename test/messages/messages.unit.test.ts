import { glob, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { en } from '../../src/messages/en/en.ts';
import type { Messages } from '../../src/messages/messages.ts';

/** Stands for every value that a text takes, one by one or by name. */
const STAND_IN: unknown = new Proxy(() => 'X', {
  get: (_, key) => {
    if (key === Symbol.toPrimitive || key === 'toString') return () => '7';
    if (key === 'list' || key === 'deciders') return ['X'];
    if (key === 'size') return { entries: 7, usual: 7 };
    if (key === 'signs' || key === 'approvals') return [];
    // A text that is escaped where it is said.
    if (key === 'replaceAll') return () => 'X';
    return typeof key === 'string' && ['value', 'field', 'other', 'signature', 'source', 'file'].includes(key)
      ? 'X'
      : 7;
  },
});

/** Every text of the catalogue with stand-ins for its values, and the place that it has there. */
function textsOf(area: unknown, place: string): [string, string][] {
  if (typeof area === 'string') return [[place, area]];
  if (typeof area === 'function') {
    const causes = 'causes' in area ? (area.causes as object) : null;
    if (causes) return textsOf(causes, place);
    const say = area as (...values: unknown[]) => string;
    return [[place, say(...Array.from({ length: area.length }, () => STAND_IN))]];
  }
  if (typeof area !== 'object' || area === null) return [];
  return Object.entries(area).flatMap(([key, inner]) => textsOf(inner, `${place}.${key}`));
}

describe('what a customer or operator reads', () => {
  const texts = textsOf(en, 'en').filter(([place]) => !place.includes('.causes.'));

  it('is all of the catalogue', () => {
    expect(texts.length).toBeGreaterThan(500);
  });

  it.each([
    ['a chapter', /\bchapters?\b/iu],
    [
      'an internal word',
      /\b(?:turns?|slices?|stations?|door faults?|doors?|ledger|nudge|weather|heir|outbox|dispatcher|savepoint|sweep)\b/iu,
    ],
    ['a class', /\b[A-Z][a-z]+(?:Error|Fault|Exception)\b|\b(?:undefined|null|NaN|\[object)\b/u],
    ['words of the schema checker', /\bInvalid input\b|\bexpected (?:string|number|object)\b/u],
    ['a translated negation', /(?<!\bthere )\b(?:is|are|names) no (?!longer\b)/iu],
    ['another word for customer or subscriber', /\b(?:company)\b(?! contact)/iu],
    ['two words for one thing', /\b(?:sign-ins?|sign in|signed in)\b/iu],
    [
      'two spellings of one word',
      /\borganisation\b(?!\sfile|s\b)|organisations(?! files|:)|\b\w+(?:isation|ise[ds]?)\b(?<!organisation|otherwise|precise|raise[ds]?|promise[ds]?|premises?)/iu,
    ],
    ['what may not have happened', /\bnotified\b/iu],
  ])('never names %s', (_, word) => {
    // A reply of the protocol and a documented sentence say it in words of their own.
    const allowed = new Set(['en.report.notes.missing', 'en.demo.yourTurn']);
    const found = texts.filter(([place, text]) => word.test(text) && !allowed.has(place));
    expect(found).toEqual([]);
  });

  it('is one line where it is a line of a report, a reply or a fault', () => {
    const lines = texts.filter(([place]) =>
      /^en\.(?:results|report|status|replies|configuration)\./u.test(place),
    );
    expect(lines.filter(([, text]) => text.includes('\n'))).toEqual([]);
  });

  it('ends as a sentence where it is one', () => {
    const sentences = texts.filter(([place]) => /^en\.(?:results|report\.refusals)\./u.test(place));
    expect(sentences.filter(([, text]) => !text.endsWith('.'))).toEqual([]);
  });
});

describe('a sentence for an operator', () => {
  it('stands in the catalogue, wherever it is thrown', async () => {
    const root = new URL('../../', import.meta.url);
    const found: string[] = [];
    for await (const file of glob('{src,cli,daemon,demo}/**/*.ts', { cwd: root })) {
      const text = await readFile(new URL(file, root), 'utf8');
      const thrown = [...text.matchAll(/new OperatorFault\(\s*['"`](?!\$\{).*/gu)];
      found.push(...thrown.map(([line]) => `${file}: ${line}`));
    }
    expect(found).toEqual([]);
  });
});

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
