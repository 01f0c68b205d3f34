/** The people of every generated organisation: few names, so that Notes names clash, and three domains. */
export interface Person {
  number: number;
  email: string;
  givenName: string;
  familyName: string;
  /** The Notes name that the customer's own directory or the start state gives him. */
  dn: string;
}

export const PEOPLE_MAX = 240;

const GIVEN_NAMES = ['Ada', 'Bo', 'Cleo', 'Dag', 'Eva', 'Finn', 'Grete', 'Åse'];
const FAMILY_NAMES = ['Ames', 'Berg', 'Cole', 'Dahl', 'Eide', 'Foss', 'Gran', 'Holm'];
const NAMES = GIVEN_NAMES.length * FAMILY_NAMES.length;

export function personOf(number: number): Person {
  const givenName = GIVEN_NAMES[number % 8] ?? '';
  const familyName = FAMILY_NAMES[Math.floor(number / 8) % 8] ?? '';
  const round = Math.floor(number / NAMES);
  const local = `${givenName}.${familyName}${round || ''}`.toLowerCase().replace('å', 'a');
  return {
    number,
    email: `${local}@${domainOfPerson(number)}`,
    givenName,
    familyName,
    dn: `${givenName} ${familyName}/${round === 0 ? 'Acme' : `Branch ${round}`}`,
  };
}

/** example.com is a mail domain, example.org only owned, example.net foreign. */
function domainOfPerson(number: number): string {
  if (number % 13 === 12) return 'example.net';
  return number % 11 === 10 ? 'example.org' : 'example.com';
}

export const PEOPLE: readonly Person[] = Array.from({ length: PEOPLE_MAX }, (_, number) => personOf(number));
