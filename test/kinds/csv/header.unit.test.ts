import { expect, it } from 'vitest';
import { readHeader } from '../../../src/kinds/csv/header.ts';
import { headerNames } from '../../../src/kinds/provisioning/reader.ts';

const COLUMNS = { names: ['emailAddress', 'action', 'jobTitle'], mandatory: ['emailAddress', 'action'] };

it.each([
  ['emailAddress,action', ['emailAddress', 'action']],
  ['ACTION,emailaddress', ['action', 'emailAddress']],
  ['emailAddress,action,,', ['emailAddress', 'action']],
])('the header %s has its columns', (header, names) => {
  expect(readHeader(Buffer.from(header), COLUMNS)).toEqual({ names });
});

it.each([
  ['emailAddress;action', { reason: 'separator', value: 'semicolons' }],
  ['emailAddress\taction', { reason: 'separator', value: 'tabs' }],
  ['emailAddress|action', { reason: 'separator', value: 'vertical bars' }],
  ['sep=;', { reason: 'separator-line', value: 'sep=;', other: 'semicolons' }],
  ['"sep=|"', { reason: 'separator-line', value: 'sep=|', other: 'vertical bars' }],
  ['sep=:', { reason: 'separator-line', value: 'sep=:', other: ':' }],
  ['sep=', { reason: 'separator-line', value: 'sep=', other: '' }],
  ['sep=,', { reason: 'separator-line', value: 'sep=,', other: '' }],
  ['colour', { reason: 'header-unknown', value: 'colour', other: 'emailAddress, action, jobTitle' }],
  ['action,Action', { reason: 'header-repeated', value: 'action' }],
  ['action', { reason: 'header-incomplete', value: 'emailAddress' }],
  ['"emailAddress,action', { reason: 'header-unreadable' }],
])('the header %s is refused', (header, refusal) => {
  expect(readHeader(Buffer.from(header), COLUMNS)).toEqual({ refusal: { code: 1000, ...refusal } });
});

it.each([
  ['emailAddress,action\r\n', ['emailAddress', 'action']],
  ['emailAddress;action\n', null],
])('a trace masks by the columns of %j', (header, names) => {
  expect(headerNames(Buffer.from(header))).toEqual(names);
});
