import type { Random } from './random.ts';

/** By key in JSON; a key without a value is not here. */
export type TechnicianCells = Record<string, string>;

const NAMES = ['Henk de Vries', 'Mila Janssen', 'Cher', 'Jo  Smit', '', 'N'.repeat(129)];
const ADDRESSES = [
  'ada.ames',
  'bo.ames',
  'tess.tech',
  'henk.vries',
  'mila.jans',
  'New.One',
  'second.new',
  'third.new',
];
const YES = ['TRUE', 'true', '1', 'Yes', 'Waar', 'Rigtigt'];
const NO = ['FALSE', '0', 'no', 'Onwaar', 'Falsk'];

/** A row that is mostly right, about people who may be there. @param known addresses that are worth a try */
export function generateTechnician(random: Random, known: readonly string[] = []): TechnicianCells {
  const often = (value: string, others: readonly string[]) =>
    random.percent(90) ? value : random.pick(others);
  const flag = () => (random.percent(92) ? random.pick([...YES, ...NO]) : random.pick(['', 'maybe', '2']));
  const address =
    known.length > 0 && random.percent(40) ? random.pick(known) : `${random.pick(ADDRESSES)}@example.com`;
  return given({
    name: often(random.pick(NAMES.slice(0, 4)), NAMES),
    nickname: random.percent(30) ? 'Nick' : '',
    email: often(address, ['', 'no address', 'guest@example.net']),
    sso_id: random.percent(30) ? random.pick(['one', 'ONE', 'two', 'three', 'x'.repeat(129)]) : '',
    description: random.percent(20) ? 'Early shift' : '',
    password: often(`Wx7!sekret-${random.below(100) + 100}`, ['', 'short', 'lettersonly', 'Aaa111bb']),
    enabled: flag(),
    standard_license: flag(),
    mobile_license: flag(),
    tech_group_id: often(random.pick(['1001', '1002']), ['', '7', 'x', '01001']),
  });
}

function given(cells: TechnicianCells): TechnicianCells {
  return Object.fromEntries(Object.entries(cells).filter(([, value]) => value !== ''));
}
