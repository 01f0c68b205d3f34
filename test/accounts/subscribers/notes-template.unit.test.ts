import { describe, expect, it } from 'vitest';
import { chooseTemplate, type TemplateCatalogue } from '../../../src/accounts/subscribers/notes-template.ts';
import type { NotesMail } from '../../../src/accounts/subscribers/organisation.ts';

const CATALOGUE: TemplateCatalogue = {
  templates: new Map(
    [
      { name: 'StdR85Mail', versions: ['8.5.3', '8.5.10', '8.5.2'], locales: ['en_US', 'es_ES'] },
      { name: 'mail90.ntf', versions: [], locales: [] },
    ].map((template) => [template.name, template]),
  ),
  formsFiles: new Set(['forms9_x.nsf']),
};

const STORED: NotesMail = {
  dn: 'Sam Daryn/Acme',
  template: 'StdR85Mail',
  version: '8.5.2',
  locale: 'es_ES',
  forms: 'forms9_x.nsf',
};

const edition = (
  template: string | null,
  version: string | null,
  locale: string | null,
  forms: string | null = null,
) => ({
  template,
  version,
  locale,
  forms,
});

describe('a new Notes mail user', () => {
  it.each<[string, object]>([
    ['StdR85Mail,8.5.3,es_ES', edition('StdR85Mail', '8.5.3', 'es_ES')],
    ['StdR85Mail', edition('StdR85Mail', '8.5.10', 'en_US')],
    ['StdR85Mail,,es_ES', edition('StdR85Mail', '8.5.10', 'es_ES')],
    ['StdR85Mail,8.5.2', edition('StdR85Mail', '8.5.2', 'en_US')],
    [' StdR85Mail , 8.5.2 , es_ES ', edition('StdR85Mail', '8.5.2', 'es_ES')],
    ['StdR85Mail,,,', edition('StdR85Mail', '8.5.10', 'en_US')],
    ['StdR85Mail,,,forms9_x.nsf', edition('StdR85Mail', '8.5.10', 'en_US', 'forms9_x.nsf')],
    ['mail90.ntf', edition('mail90.ntf', null, 'en_US')],
    ['Unknown', { problem: 'name', value: 'Unknown' }],
    ['stdr85mail', { problem: 'name', value: 'stdr85mail' }],
    ['', { problem: 'name-missing', value: '' }],
    [',8.5.3', { problem: 'name-missing', value: ',8.5.3' }],
    [',,,<delete>', { problem: 'name-missing', known: ['StdR85Mail', 'mail90.ntf'] }],
    [
      'StdR85Mail,9.0',
      { problem: 'version', value: '9.0', template: 'StdR85Mail', known: ['8.5.3', '8.5.10', '8.5.2'] },
    ],
    ['StdR85Mail,,ES_es', edition('StdR85Mail', '8.5.10', 'es_ES')],
    ['mail90.ntf,9.0', { problem: 'version', value: '9.0' }],
    ['StdR85Mail,,nb_NO', { problem: 'locale', value: 'nb_NO' }],
    ['mail90.ntf,,nb_NO', { problem: 'locale', value: 'nb_NO' }],
    ['StdR85Mail,,,other.nsf', { problem: 'forms', value: 'other.nsf' }],
    ['StdR85Mail,,,<delete>', { problem: 'nothing-to-delete', value: '<delete>' }],
    [
      'StdR85Mail,8.5.3,en_US,forms9_x.nsf,more',
      { problem: 'parts', value: 'StdR85Mail,8.5.3,en_US,forms9_x.nsf,more' },
    ],
  ])('%j', (text, expected) => {
    const chosen = chooseTemplate(CATALOGUE, text, 'en_US', null);
    if ('problem' in chosen) expect(chosen).toMatchObject(expected);
    else expect(chosen).toEqual(expected);
  });

  it('the language of the account must be a locale of the template', () => {
    expect(chooseTemplate(CATALOGUE, 'StdR85Mail', 'nb_NO', null)).toMatchObject({
      problem: 'locale',
      value: 'nb_NO',
      known: ['en_US', 'es_ES'],
    });
  });
});

describe('a user who has Notes mail', () => {
  it.each<[string, object]>([
    ['mail90.ntf', edition('mail90.ntf', null, 'en_US', 'forms9_x.nsf')],
    [',,,<delete>', edition('StdR85Mail', '8.5.2', 'es_ES')],
    ['StdR85Mail,,,<delete>', edition('StdR85Mail', '8.5.10', 'en_US')],
    [',,,forms9_x.nsf', edition('StdR85Mail', '8.5.2', 'es_ES', 'forms9_x.nsf')],
    [',8.5.3', edition('StdR85Mail', '8.5.3', 'en_US', 'forms9_x.nsf')],
    [',,,', { problem: 'name-missing', value: ',,,' }],
    [',9.0', { problem: 'version', value: '9.0' }],
  ])('%j', (text, expected) => {
    expect(chooseTemplate(CATALOGUE, text, 'en_US', STORED)).toMatchObject(expected);
  });
});
