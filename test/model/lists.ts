/** A second reading of the rules of lists that keep accounts, written down without a look at the first. */

export interface ModelPerson {
  address: string;
  /** '' where no list has given one. */
  objectId: string;
  givenName: string;
  familyName: string;
  state: 'active' | 'suspended';
  /** A list has suspended the account. */
  byList: boolean;
  isManaged: boolean;
}

export interface ModelLine {
  address: string;
  objectId: string;
  givenName: string;
  familyName: string;
  isDisabled: boolean;
}

/** @returns the codes of the lines; changes the people */
export function applyList(people: ModelPerson[], lines: readonly ModelLine[]): number[] {
  const whom = lines.map((line) => personOf(people, lines, line));
  const codes = lines.map((line, index) => firstCode(line, whom[index] ?? null));
  refuseTaken(people, lines, whom, codes);
  const isAnyTwice = markTwice(lines, whom, codes);
  const named = new Set(whom.filter((one) => one !== null));
  const before = new Set(people);
  for (const [index, line] of lines.entries())
    if (codes[index] === 0) keep(people, line, whom[index] ?? null);
  if (isAnyTwice) return codes;
  for (const person of before)
    if (person.isManaged && person.state === 'active' && !named.has(person))
      Object.assign(person, { state: 'suspended', byList: true });
  return codes;
}

function byId(people: readonly ModelPerson[], objectId: string): ModelPerson | undefined {
  return objectId === '' ? undefined : people.find((one) => one.isManaged && one.objectId === objectId);
}

function personOf(
  people: readonly ModelPerson[],
  lines: readonly ModelLine[],
  line: ModelLine,
): ModelPerson | null {
  const own = byId(people, line.objectId);
  if (own) return own;
  const holder = people.find(({ address }) => address === line.address);
  const isClaimed = lines.some((other) => other !== line && byId(people, other.objectId) === holder);
  return holder && !isClaimed ? holder : null;
}

function firstCode({ isDisabled, givenName }: ModelLine, person: ModelPerson | null): number {
  if (person) return 0;
  if (isDisabled) return 2903;
  return givenName === '' ? 2003 : 0;
}

/** Lines come off one by one until every address that is asked for is free, or becomes free. */
function refuseTaken(
  people: readonly ModelPerson[],
  lines: readonly ModelLine[],
  whom: readonly (ModelPerson | null)[],
  codes: number[],
): void {
  for (;;) {
    const givesUp = (person: ModelPerson) =>
      lines.some(
        (line, index) => whom[index] === person && codes[index] === 0 && line.address !== person.address,
      );
    const bad = lines.findIndex((line, index) => {
      if (codes[index] !== 0) return false;
      const holder = people.find(({ address }) => address === line.address);
      return holder !== undefined && holder !== whom[index] && !givesUp(holder);
    });
    if (bad === -1) return;
    codes[bad] = 2002;
  }
}

function markTwice(
  lines: readonly ModelLine[],
  whom: readonly (ModelPerson | null)[],
  codes: number[],
): boolean {
  const isSame = (one: number, other: number) =>
    lines[one]?.address === lines[other]?.address ||
    (lines[one]?.objectId !== '' && lines[one]?.objectId === lines[other]?.objectId) ||
    (whom[one] !== null && whom[one] === whom[other]);
  let isAny = false;
  for (let index = 0; index < lines.length; index += 1) {
    const isRepeated = lines
      .slice(0, index)
      .some((_, earlier) => codes[earlier] !== 2201 && isSame(earlier, index));
    if (!isRepeated) continue;
    codes[index] = 2201;
    isAny = true;
  }
  return isAny;
}

function keep(people: ModelPerson[], line: ModelLine, person: ModelPerson | null): void {
  const { address, objectId, givenName, familyName, isDisabled } = line;
  if (!person) {
    people.push({
      address,
      objectId,
      givenName,
      familyName,
      state: 'active',
      byList: false,
      isManaged: true,
    });
    return;
  }
  Object.assign(person, { address, isManaged: true, objectId: objectId || person.objectId });
  if (givenName !== '') person.givenName = givenName;
  if (familyName !== '') person.familyName = familyName;
  if (isDisabled && person.state === 'active') Object.assign(person, { state: 'suspended', byList: true });
  else if (!isDisabled && person.state === 'suspended' && person.byList)
    Object.assign(person, { state: 'active', byList: false });
}
