import { describe, expect, it, test } from 'vitest';
import {
  differences,
  inOrderOfBatch,
  remedyFor,
  type ReasonToKeep,
  type Remedy,
} from '../../src/spool/differences.ts';
import { KINDS } from '../../src/kinds/registry.ts';
import type { Difference } from '../../src/ledger/difference-rows.ts';

const A = '1000001_PRV_5.csv';
const TRACE = '1000001_PRV_5_trace.csv';

describe('what the ledger does not know', () => {
  it.each<[title: string, spool: string[], ledger: string[], found: string[]]>([
    ['nothing, of empty folders', [], [], []],
    ['nothing, of what it knows', [A, TRACE], [A, TRACE], []],
    ['nothing, of what the customer has deleted', [TRACE], [A, TRACE], []],
    ['a file without a trace', [A], [], [`file ${A}`]],
    ['a file with its trace', [TRACE, A], [], [`file ${A} traced`]],
    ['a trace whose file is gone', [TRACE], [], [`trace ${TRACE}`]],
    ['a new file of a name whose trace it knows', [A, TRACE], [TRACE], [`file ${A} traced`]],
    ['a file among others', ['b.csv', A, 'c.csv'], ['b.csv', 'c.csv'], [`file ${A}`]],
  ])('%s', (_, spool, ledger, found) => {
    const shown = differences('_processed', spool, new Set(ledger)).map(
      ({ kind, name, traced }) => `${kind} ${name}${traced ? ' traced' : ''}`,
    );
    expect(shown).toEqual(found);
  });

  it('reports have no traces', () =>
    expect(differences('_report', ['r.txt', 'r_trace.txt'], new Set(['r.txt']))).toEqual([
      { folder: '_report', name: 'r_trace.txt', kind: 'report', traced: false },
    ]));
});

const difference = (given: Partial<Difference>): Difference => ({
  folder: '_processed',
  name: A,
  kind: 'file',
  traced: true,
  ...given,
});
const back = (as: string): Remedy => ({ action: 'put-back', as });
const kept = (why: ReasonToKeep): Remedy => ({ action: 'keep', why });

describe('what is done about it', () => {
  it.each<[title: string, given: Partial<Difference>, remedy: Remedy]>([
    ['a file that was applied goes back', {}, back(A)],
    ['also without its trace', { traced: false }, back(A)],
    ['also one with failed entries', { folder: '_error' }, back(A)],
    ['without the number that it got when it was filed', { name: '1000001_PRV_5_1.csv' }, back(A)],
    [
      'with a number that is part of its source',
      { name: '1000001_a_1_PRV_5_12.csv' },
      back('1000001_a_1_PRV_5.csv'),
    ],
    ['a name that is none keeps its number', { name: 'x_1.csv' }, back('x_1.csv')],
    ['a file that was refused stays', { folder: '_error', traced: false }, kept('no-trace')],
    [
      'so does one with a name that may have been shortened',
      { name: `1_${'s'.repeat(240)}_PRV_5.csv` },
      kept('long-name'),
    ],
    ['and a report', { folder: '_report', kind: 'report', traced: false }, kept('report-kept')],
    ['and a trace alone', { kind: 'trace', name: TRACE, traced: false }, kept('trace-alone')],
  ])('%s', (_, given, remedy) => {
    expect(remedyFor(difference(given), KINDS.types)).toEqual(remedy);
  });
});

test('they go back in the order in which a batch would run them', () => {
  const names = ['1_PRV_10.csv', 'x.csv', '1_DI_3.ldif', '1_PRV_9_1.csv', '1_DI_2.ldif'];
  const sorted = names.map((name) => difference({ name })).sort(inOrderOfBatch(KINDS.types));
  expect(sorted.map(({ name }) => name)).toEqual([
    'x.csv',
    '1_DI_2.ldif',
    '1_DI_3.ldif',
    '1_PRV_9_1.csv',
    '1_PRV_10.csv',
  ]);
});
