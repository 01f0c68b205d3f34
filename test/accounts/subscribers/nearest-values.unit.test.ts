import { describe, expect, it } from 'vitest';
import {
  nearestCountries,
  nearestLanguages,
  nearestTimeZones,
} from '../../../src/accounts/subscribers/nearest-values.ts';

const NOW = new Date('2026-05-05T12:00:00Z');

describe('the allowed time zones of the same hours', () => {
  it.each<[string, string[]]>([
    ['Europe/London', ['Europe/Belfast', 'Europe/Dublin', 'Europe/Lisbon']],
    ['europe/london', ['Europe/Belfast', 'Europe/Dublin', 'Europe/Lisbon']],
    ['Asia/Kolkata', ['Asia/Calcutta']],
    ['Asia/Dubai', ['Asia/Yerevan']],
    ['UTC', ['Africa/Bamako', 'Atlantic/Reykjavik']],
    ['America/NewYork', ['America/New_York']],
    ['Europe/Pari', ['Europe/Paris']],
    ['America/Boston', []],
    ['somewhere', []],
    ['x'.repeat(5_000), []],
  ])('%s', (zone, nearest) => {
    expect(nearestTimeZones(zone, NOW)).toEqual(nearest);
  });

  it.each(['Europe/Oslo', 'Europe/Berlin', 'Europe/Stockholm', 'Europe/Madrid'])(
    '%s: Paris among them',
    (zone) => {
      expect(nearestTimeZones(zone, NOW)).toContain('Europe/Paris');
    },
  );

  it('a zone whose hours no other has: the one that differs least', () => {
    expect(nearestTimeZones('Pacific/Kiritimati', NOW)).not.toEqual([]);
  });

  it('a zone that changes its clock at another moment of the same day is another one', () => {
    expect(nearestTimeZones('America/Indianapolis', NOW)).not.toContain('America/Havana');
  });
});

describe('the allowed languages', () => {
  it.each<[string, string[]]>([
    ['nb_NO', ['no_NO']],
    ['nn', ['no_NO']],
    ['en_GB', ['en_US']],
    ['en-US', ['en_US']],
    ['pt', ['pt_PT', 'pt_BR']],
    ['zh_HK', ['zh_CN', 'zh_TW']],
    ['se_NO', ['no_NO']],
    ['xx_XX', []],
    ['', []],
  ])('%s', (language, nearest) => {
    expect(nearestLanguages(language)).toEqual(nearest);
  });
});

describe('the country code', () => {
  it.each<[string, string[]]>([
    ['UK', ['GB']],
    ['Norway', ['NO']],
    ['840', ['US']],
    ['XX', []],
    ['-u-x', []],
  ])('%s', (country, nearest) => {
    expect(nearestCountries(country)).toEqual(nearest);
  });
});
