/** Why a file waits for a person: what it would take away, and what that looks like. */
import { peopleOf, percentOf, shareOf, type Hold, type Sign } from '../../change-file/danger.ts';
import { escapeHidden } from '../../shown-text.ts';

const people = (count: number) => (count === 1 ? '1 person' : `${count} people`);

/** In one line, whatever its values hold. */
export function heldText(hold: Hold): string {
  const { reason, approved, signs = [] } = hold;
  const figures = [
    ...(peopleOf(hold) > 0 || reason === 'people' ? [peopleText(hold)] : []),
    ...addressesText(hold),
    ...sizeText(hold),
  ].join('; ');
  const why =
    reason === 'scope'
      ? ', and the list is of other people than the last one'
      : reason === 'more-than-approved'
        ? `, more than the ${approved} that were approved`
        : '';
  return [`${figures}${why}`, ...signs.map(signText), ...secondText(hold)].join('; ');
}

function peopleText(hold: Hold): string {
  const { absent, disabled, removed = 0, of, earlier = 0 } = hold;
  const share = `(${percentOf(hold)} %)`;
  const before = earlier > 0 ? `, after ${earlier} within the 24 hours before` : '';
  if (removed > 0) return `${removed} of ${of} people would be removed or suspended ${share}${before}`;
  if (absent > 0 && disabled > 0)
    return `${absent} of ${of} people are absent and ${disabled} newly disabled ${share}${before}`;
  return `${absent || disabled} of ${of} people are ${absent > 0 ? 'absent' : 'newly disabled'} ${share}${before}`;
}

function addressesText({ addresses = 0, of }: Hold): string[] {
  return addresses === 0
    ? []
    : [`${addresses} of ${of} people would get another address (${shareOf(addresses, of)} %)`];
}

function sizeText({ size }: Hold): string[] {
  return size
    ? [`${size.entries} entries, while the largest of the source's last files had ${size.usual}`]
    : [];
}

function signText(sign: Sign): string {
  switch (sign.sign) {
    case 'department':
      return `${sign.people} of them are of department "${escapeHidden(sign.value)}": the file may lack it`;
    case 'cut-off':
      return `all of them come after "${escapeHidden(sign.value)}", with which the file ends: it may be cut off`;
    case 'half':
      return 'about every second one is missing: the export may have lost rows';
    case 'slipped':
      return `${people(sign.people)} would get an address that somebody else has now: a column may have slipped`;
  }
}

function secondText({ secondPerson = false, approvals = [] }: Hold): string[] {
  if (!secondPerson) return [];
  const [first] = approvals;
  return [
    first
      ? `approved by ${escapeHidden(whoApproved(first.by))}, and a second person must approve it`
      : 'two people must approve it',
  ];
}

/** `login:boss` → `boss`. */
export function whoApproved(by: string): string {
  return by.slice(by.indexOf(':') + 1);
}
