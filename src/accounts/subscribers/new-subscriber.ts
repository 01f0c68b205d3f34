import { domainOf } from './email-address.ts';
import { noInvitation } from './invitation.ts';
import { allowedFederationTypes, type Organisation, type Subscriber } from './organisation.ts';

/** Whose account it is, and where it comes from. */
export interface NewPerson {
  id: number;
  /** Folded. */
  email: string;
  givenName: string;
  familyName: string;
  origin: string;
}

/**
 * An account as it begins: pending, without seats, with the language and the federation of the organisation. The identity
 * is verified where the domain of the address is the organisation's at this moment; verifying the domain later changes
 * nobody.
 */
export function newSubscriber(organisation: Organisation, person: NewPerson, now: Date): Subscriber {
  const [federationType = 'NON_FEDERATED'] = allowedFederationTypes(organisation.federation);
  return {
    ...person,
    alternateEmail: null,
    roles: ['user'],
    companyContact: false,
    state: 'pending',
    stateBeforeSuspend: null,
    suspendedBy: null,
    federationType,
    profile: {
      language: organisation.contactLanguage,
      timeZone: '',
      department: '',
      jobTitle: '',
      country: '',
      telephone: '',
      mobile: '',
      fax: '',
      address: '',
      company: '',
      initials: '',
      areaCode: '',
    },
    canSign: true,
    invitation: noInvitation(false),
    password: { state: 'none', hash: null, changedAt: null },
    identityVerified: organisation.ownedDomains.has(domainOf(person.email)),
    standing: { readyFromStart: false, firstSignInAt: null, claimSince: null, claimDecided: null },
    termsAcceptedAt: organisation.acceptTerms ? now : null,
    notes: null,
    mailbox: null,
    seats: [],
    technician: null,
    managedBy: null,
    createdAt: now,
    lastChange: null,
  };
}
