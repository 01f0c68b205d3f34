import type { Organisation } from '../../../src/accounts/subscribers/organisation.ts';

/** An organisation without anybody and anything. */
export function emptyOrganisation(): Organisation {
  return {
    id: 1_000_001,
    name: 'Acme',
    state: 'active',
    contactLanguage: 'en_US',
    emailVerification: false,
    acceptTerms: false,
    federation: 'partial',
    notes: 'service_only',
    inotes: true,
    accessories: true,
    ownedDomains: new Set(['example.com']),
    mailDomains: new Set(['example.com']),
    subscriptions: new Map(),
    templates: new Map(),
    formsFiles: new Set(),
    onPremises: [],
    subscribers: new Map(),
    takenElsewhere: new Set(),
    notesDns: new Map(),
    technicianGroups: new Map(),
    ssoIds: new Map(),
    companyContacts: 0,
    administrators: 0,
    storageTaken: { files: 0, mail: 0 },
    followUps: [],
    invited: new Set(),
    notices: new Map(),
    changes: [],
    changed: new Set(),
    stored: { people: new Map(), seatsTaken: new Map() },
  };
}
