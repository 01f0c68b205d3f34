-- The schema as the migrations in src/database/migrations/ leave it, to read. Made by: npm run docs:schema
-- To change it, add a migration (CONTRIBUTING.md, "A migration"). Partitions of "change" are made month by month.

create function count_access_change()
  returns trigger
  language plpgsql
as $$
begin
  update access_change set changes = changes + 1;
  return null;
end $$;

create sequence directory_entry_id;

create sequence event_id;

create sequence subscriber_id;

create table schema_migration (
  version integer not null,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now(),
  primary key (version)
);

-- An organisation whose files are processed. Its row lock is the right to work for it.
create table customer (
  id bigint not null,
  name text not null,
  folder text not null,
  -- held: provisioning files are refused with 1001.
  state text not null default 'active',
  contact_language text not null default 'en_US',
  email_verification boolean not null default true,
  federation text not null default 'non_federated',
  -- none: Notes mail is not enabled (1086). hybrid: names must stand in on_premises_entry.
  notes text not null default 'service_only',
  inotes boolean not null default true,
  accessories boolean not null default true,
  types text[] not null default '{PRV,DI}',
  -- null: the default of the configuration (throttle.hourly).
  hourly_cap integer,
  daily_cap integer,
  per_file_cap integer,
  created_at timestamptz not null default now(),
  -- Whose clock hours and days the caps follow.
  time_zone text not null default 'UTC',
  -- Source -> seconds that the line waits for a missing sequence number.
  strict_sequences jsonb not null default '{}',
  -- null: the default of the configuration (retention.days).
  retention_days integer,
  -- Accounts count as having accepted the terms of use from the moment they are added.
  accept_terms boolean not null default false,
  -- The subscriber in whose name change files are carried out; null: the company contact with that role and
  -- the smallest id.
  administrator_id bigint,
  -- What USERS files may do: create, update, createGroups, groupAdministrators, multipleGroups.
  users jsonb not null default '{}',
  -- Source → what its files may do; one that is not here may do all.
  sources jsonb not null default '{}',
  -- How long an address stays taken after Remove; null: as configured.
  removal_finish_seconds integer,
  -- byFile: whether FILE.undo is heard.
  undo jsonb not null default '{}',
  -- What a file may take before it waits for a person; false: nothing is held. Sources may say otherwise
  -- (sources.*.guards).
  guards jsonb not null default '{}',
  -- Since when its files wait, who has paused it and why: since, by, reason; null: they do not. An
  -- organisation file leaves it as it is.
  pause jsonb,
  primary key (id),
  unique (folder),
  check (daily_cap > 0),
  check (federation in ('non_federated', 'federated', 'modified_federated', 'partial')),
  check (folder ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
  check (hourly_cap > 0),
  check (id > 0),
  check (notes in ('none', 'service_only', 'hybrid')),
  check (per_file_cap > 0),
  check (removal_finish_seconds >= 0),
  check (retention_days > 0),
  check (state in ('active', 'held'))
);
create trigger customer_folder_changed after update of folder on customer for each row when ((old.folder is distinct from new.folder)) execute function count_access_change();

create table customer_domain (
  customer_id bigint not null,
  domain text not null,
  owned boolean not null,
  mail boolean not null,
  primary key (customer_id, domain),
  foreign key (customer_id) references customer(id),
  check (domain = lower(domain)),
  check (owned or mail)
);

-- Who signs in at the doors. password_hash is an argon2id PHC string.
create table access_account (
  login text not null,
  customer_id bigint not null,
  password_hash text,
  keys text[] not null default '{}',
  rights text[] not null,
  -- CIDR networks the account may come from; empty: from anywhere.
  networks text[] not null default '{}',
  -- Uploads are for these sources only; null: for any.
  sources text[],
  primary key (login),
  foreign key (customer_id) references customer(id),
  check (rights <@ '{upload,download,delete,journal,decide}')
);
create index access_account_customer on access_account (customer_id);
create trigger access_account_changed after update on access_account for each row when ((old.* is distinct from new.*)) execute function count_access_change();
create trigger access_account_come_or_gone after insert or delete on access_account for each row execute function count_access_change();

create table subscription (
  customer_id bigint not null,
  id bigint not null,
  kind text not null,
  name text not null default '',
  seats integer not null default 0,
  -- Counted along with every seat; the check makes overselling impossible.
  seats_taken integer not null default 0,
  active boolean not null default true,
  mail text,
  parts text[] not null default '{}',
  accessory text,
  -- Base seats an accessory fits: collaboration, mail, notes, inotes or a subscription id; one is enough.
  needs text[] not null default '{}',
  pool text,
  gigabytes integer not null default 0,
  -- What technicians may use with a seat. Provisioning files cannot name such a subscription.
  license text,
  primary key (customer_id, id),
  foreign key (customer_id) references customer(id),
  check ((kind = 'accessory') = (accessory is not null)),
  check ((kind = 'bundle') or (parts = '{}')),
  check ((kind = 'license') = (license is not null)),
  check ((kind = 'mail') = (mail is not null)),
  check ((kind = 'storage') = (pool is not null)),
  check (gigabytes >= 0),
  check (id > 0),
  check (kind in ('collaboration', 'mail', 'bundle', 'accessory', 'storage', 'third_party', 'license')),
  check (license in ('standard', 'mobile')),
  check (mail in ('notes', 'inotes')),
  check (parts <@ '{collaboration,notes,inotes}'),
  check (pool in ('files', 'mail')),
  check (seats >= 0),
  check (seats_taken <= seats),
  check (seats_taken >= 0)
);

-- What the operator allows ChangeSeat to turn into what (rules 6.7); holds both ways. For storage: the base
-- subscriptions it fits.
create table subscription_compatibility (
  customer_id bigint not null,
  subscription_id bigint not null,
  compatible_id bigint not null,
  primary key (customer_id, subscription_id, compatible_id),
  foreign key (customer_id, compatible_id) references subscription(customer_id, id) on delete cascade,
  foreign key (customer_id, subscription_id) references subscription(customer_id, id) on delete cascade
);

create table notes_template (
  customer_id bigint not null,
  name text not null,
  versions text[] not null default '{}',
  locales text[] not null default '{}',
  primary key (customer_id, name),
  foreign key (customer_id) references customer(id)
);

create table forms_file (
  customer_id bigint not null,
  name text not null,
  primary key (customer_id, name),
  foreign key (customer_id) references customer(id)
);

-- The synchronised customer directory of a hybrid organisation.
create table on_premises_entry (
  customer_id bigint not null,
  dn_key text not null,
  dn text not null,
  email text not null,
  primary key (customer_id, dn_key),
  foreign key (customer_id) references customer(id)
);

-- An account. Rows stay after removal: an id is never used again.
create table subscriber (
  id bigint not null default nextval('subscriber_id'),
  customer_id bigint not null,
  email text not null,
  alternate_email text,
  given_name text not null,
  family_name text not null,
  roles text[] not null default '{user}',
  company_contact boolean not null default false,
  state text not null,
  state_before_suspend text,
  federation_type text not null,
  language text not null default '',
  time_zone text not null default '',
  department text not null default '',
  job_title text not null default '',
  country text not null default '',
  telephone text not null default '',
  mobile text not null default '',
  fax text not null default '',
  address text not null default '',
  invitation_state text not null default 'none',
  invitation_sent_to text,
  invitation_sent_at timestamptz,
  invitation_expires_at timestamptz,
  invitation_suppressed boolean not null default false,
  invitation_token_hash bytea,
  password_state text not null default 'none',
  password_hash text,
  password_changed_at timestamptz,
  identity_verified boolean not null default false,
  notes_dn text,
  -- The DN without case and needless blanks; unique within the customer.
  notes_dn_key text,
  notes_template text,
  notes_version text,
  notes_locale text,
  notes_forms text,
  origin text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  last_change_file text,
  last_change_line integer,
  last_change_at timestamptz,
  -- At registration, or automatically where the customer accepts for everybody.
  terms_accepted_at timestamptz,
  -- Address of an iNotes mailbox where a Rename has left it behind; null: that of the account.
  mailbox text,
  company text not null default '',
  initials text not null default '',
  area_code text not null default '',
  can_sign boolean not null default true,
  -- Counts as active without a sign-in.
  ready_from_start boolean not null default false,
  first_sign_in_at timestamptz,
  -- Taken over from another organisation; undecided for 14 days at most.
  claim_since timestamptz,
  -- The claim_since of the claim that was decided: an organisation file that still declares it does not open
  -- it again.
  claim_decided timestamptz,
  -- The source whose full lists decide whether the person is still there; null: no list does.
  managed_by_source text,
  -- Id of the person in the directory of that source; null where its lists have none.
  managed_by_object text,
  -- The source whose full list has suspended the account: only its lists resume it by themselves.
  suspended_by_source text,
  primary key (id),
  check ((managed_by_object is null) or (managed_by_source is not null)),
  check ((password_state = 'none') = (password_hash is null)),
  check ((roles <@ '{user,application_developer,administrator_assistant,administrator}') and (roles <> '{}')),
  check ((state = 'suspended') = (state_before_suspend is not null)),
  check (email = lower(email)),
  check (federation_type in ('NON_FEDERATED', 'FEDERATED', 'MODIFIED_FEDERATED')),
  check (invitation_state in ('none', 'pending', 'expired', 'used')),
  check (password_state in ('none', 'temporary', 'set', 'expired')),
  check (state in ('pending', 'active', 'suspended', 'remove_pending', 'removed')),
  check (state_before_suspend in ('pending', 'active'))
);
create index subscriber_administrator on subscriber (customer_id) where ((roles @> '{administrator}') and (state <> 'removed'));
create index subscriber_company_contact on subscriber (customer_id) where (company_contact and (state <> 'removed'));
create index subscriber_customer on subscriber (customer_id) where (state <> 'removed');
create index subscriber_decided_claim on subscriber (customer_id) where (claim_decided is not null);
create unique index subscriber_email on subscriber (email) where (state <> 'removed');
create unique index subscriber_managed_by on subscriber (customer_id, managed_by_source, managed_by_object) where ((managed_by_source is not null) and (state <> 'removed'));
create unique index subscriber_notes_dn on subscriber (customer_id, notes_dn_key) where ((state <> 'removed') and (notes_dn_key is not null));

create table password_history (
  subscriber_id bigint not null,
  set_at timestamptz not null,
  password_hash text not null,
  primary key (subscriber_id, set_at),
  foreign key (subscriber_id) references subscriber(id)
);

create table seat (
  subscriber_id bigint not null,
  customer_id bigint not null,
  subscription_id bigint not null,
  -- assigned: taken, but its holder has not followed the link of the invitation yet. entitle_pending: set by
  -- the account system only.
  state text not null default 'active',
  extra_files_gb integer not null default 0,
  extra_mail_gb integer not null default 0,
  assigned_at timestamptz not null,
  last_change_file text,
  last_change_line integer,
  primary key (subscriber_id, subscription_id),
  check (extra_files_gb >= 0),
  check (extra_mail_gb >= 0),
  check (state in ('active', 'assigned', 'entitle_pending'))
);
create index seat_extra_storage on seat (customer_id) where ((extra_files_gb > 0) or (extra_mail_gb > 0));
create index seat_subscription on seat (customer_id, subscription_id);

create table directory_entry (
  customer_id bigint not null,
  -- The DN folded and with its root first: what is compared; what stands below a name is one range.
  dn_key text collate "C" not null,
  dn text not null,
  class text not null,
  -- Attribute → its values, as arrays, with names as the guide spells them.
  attributes jsonb not null,
  created_at timestamptz not null,
  last_change_file text,
  last_change_line integer,
  last_change_at timestamptz,
  -- Stays the same when the entry is renamed.
  id bigint not null default nextval('directory_entry_id'),
  -- The source whose full lists decide whether the entry is still there; null: no list does.
  managed_by_source text,
  managed_by_object text,
  primary key (customer_id, dn_key),
  foreign key (customer_id) references customer(id),
  check (class in ('person', 'group'))
);
create index directory_entry_mail on directory_entry (customer_id, lower(((attributes -> 'mail') ->> 0))) where (class = 'person');
create index directory_entry_managed on directory_entry (customer_id, managed_by_source, managed_by_object) where (managed_by_source is not null);

-- What an organisation file last said of each item (as a hash): a file loaded again at start only changes
-- what was edited since.
create table organisation_item (
  customer_id bigint not null,
  kind text not null,
  key text not null,
  declaration text not null,
  primary key (customer_id, kind, key)
);

-- The files of one customer processed in one go, with one report.
create table batch (
  id bigint generated always as identity,
  customer_id bigint not null,
  started_at timestamptz not null,
  closed_at timestamptz,
  report_name text,
  primary key (id),
  foreign key (customer_id) references customer(id)
);
create index batch_reports on batch (customer_id, started_at desc);
create unique index batch_open on batch (customer_id) where (closed_at is null);

-- States and their exits: src/change-file/change-file.ts.
create table change_file (
  id bigint generated always as identity,
  customer_id bigint not null,
  batch_id bigint,
  name text not null,
  -- null: the name breaks the grammar (code 1).
  type text,
  named_customer bigint,
  source text,
  sequence bigint,
  state text not null,
  deferred_until timestamptz,
  received_at timestamptz not null,
  bytes bigint not null,
  modified_at timestamptz not null,
  -- The file has left the upload folder for the hidden .taken/<id>.
  taken boolean not null default false,
  replaced integer not null default 0,
  started_at timestamptz,
  finished_at timestamptz,
  -- applied: its entries were decided one by one. held: all of them 1001. refused: at a gate, no trace.
  decision text,
  -- Of the file as a whole: 1-4, 1000 (header), 1001, 5, 6; null otherwise.
  code integer,
  detail jsonb,
  -- Entries of the file; entries: those read so far; next_line and next_byte: where a large file goes on.
  total integer not null default 0,
  entries integer not null default 0,
  written integer not null default 0,
  read_errors integer not null default 0,
  write_errors integer not null default 0,
  next_line integer not null default 1,
  next_byte bigint not null default 0,
  folder text,
  filed_as text,
  -- What a deferred file waits for.
  deferred_for text,
  -- Its time was over: file, trace and entry results are gone. The row stays, so the number, the counts and
  -- the report line are known.
  purged_at timestamptz,
  -- Internal errors in a row while it was processed; at three it is set aside.
  failures integer not null default 0,
  -- Of the bytes as read for their first entry.
  content_sha256 text,
  -- Lower ones of a batch run first; 0: the name breaks the grammar.
  rank smallint not null default 0,
  -- Who uploaded it at a door; null: it was put there by other means.
  login text,
  -- The network address it was uploaded from.
  address text,
  -- Of a held full list: when nobody has answered by then it is discarded. null: it is held until somebody
  -- decides, and later files of its source and type wait behind it.
  held_until timestamptz,
  -- Why it is, or was, held: what it would take, and who has approved it where one is not enough.
  hold jsonb,
  -- What was decided of a held file; its turn carries it out.
  ruling jsonb,
  retry_number bigint,
  -- How many people it has removed, suspended or disabled.
  removals integer not null default 0,
  -- Of a file of which nothing was read, or that changed meanwhile: as it was filed.
  filed_sha256 text,
  -- null: it has none.
  trace_sha256 text,
  -- What it has waited for, besides its turn; null: nothing. The first thing, where there were several.
  waited_for text,
  primary key (id),
  foreign key (batch_id) references batch(id),
  foreign key (customer_id) references customer(id),
  check ((type is null) = (sequence is null)),
  check (decision in ('applied', 'held', 'refused')),
  check (deferred_for in ('hour', 'day', 'sequence')),
  check (folder in ('_processed', '_error')),
  check (sequence >= 0),
  check (state in ('waiting', 'deferred', 'held', 'applying', 'applied', 'rejected', 'filed', 'withdrawn', 'quarantined')),
  check (waited_for in ('hour', 'day', 'sequence', 'scanner', 'decision', 'pause'))
);
create index change_file_batch on change_file (batch_id);
create index change_file_content on change_file (customer_id, content_sha256) where (content_sha256 is not null);
create index change_file_counter on change_file (customer_id, source, type, sequence) where (decision is not null);
create index change_file_filed on change_file (customer_id, folder, filed_as) where (filed_as is not null);
create index change_file_held on change_file (held_until) where (state = 'held');
create index change_file_kept on change_file (customer_id, finished_at) where ((state = 'filed') and (purged_at is null));
create index change_file_next on change_file (batch_id, rank, sequence, source collate "C", id) where (state = 'waiting');
create index change_file_queue on change_file (customer_id, received_at) where (state in ('waiting', 'deferred', 'held'));
create index change_file_removals on change_file (customer_id, source, finished_at) where (removals > 0);
create index change_file_results on change_file (customer_id, finished_at desc, id desc) where (decision is not null);
create index change_file_undecided on change_file (customer_id, source, type) where ((state = 'held') and (held_until is null));
create index change_file_unfinished on change_file (customer_id) where (state in ('applying', 'applied', 'rejected'));
create unique index change_file_waiting on change_file (customer_id, name) where ((state in ('waiting', 'deferred', 'held')) and (not taken));

-- Lines of the report that are no result of a file: a day limit that was reached, for example.
create table batch_note (
  id bigint generated always as identity,
  batch_id bigint not null,
  change_file_id bigint,
  at timestamptz not null,
  kind text not null,
  detail jsonb not null default '{}',
  primary key (id),
  foreign key (batch_id) references batch(id),
  foreign key (change_file_id) references change_file(id)
);
create index batch_note_batch on batch_note (batch_id);
create index batch_note_missing on batch_note (change_file_id) where (kind = 'missing-numbers');

-- The number of the last processed file of each customer, source and type.
create table sequence_counter (
  customer_id bigint not null,
  source text not null,
  type text not null,
  last bigint not null,
  -- Not used any more.
  run integer not null default 0,
  -- How many files of the counter were processed.
  files bigint not null default 0,
  -- Every number of its history followed the one before it. One gap, ever, and it stays false.
  gapless boolean not null default true,
  -- Entries of the last files that were carried out, the newest first: how large files of the source are.
  sizes integer[] not null default '{}'::integer[],
  primary key (customer_id, source, type),
  foreign key (customer_id) references customer(id),
  check (last >= 0)
);

create table cap_usage (
  customer_id bigint not null,
  period text not null,
  starts_at timestamptz not null,
  used integer not null,
  primary key (customer_id, period, starts_at),
  foreign key (customer_id) references customer(id),
  check (period in ('hour', 'day')),
  check (used >= 0)
);

-- What must follow from a committed change, in order, written in the same transaction.
create table outbox (
  id bigint generated always as identity,
  customer_id bigint not null,
  topic text not null,
  subscriber_id bigint,
  payload jsonb not null,
  change_file_id bigint,
  entry integer,
  created_at timestamptz not null,
  next_try_at timestamptz not null,
  tries integer not null default 0,
  done_at timestamptz,
  outcome text,
  primary key (id),
  check (topic in ('invitation', 'content', 'removal', 'notice'))
);
create index outbox_open on outbox (topic, next_try_at) where (done_at is null);
-- One mail per change file and subscriber, also where the file is processed in parts.
create unique index outbox_notice on outbox (change_file_id, subscriber_id) where (topic = 'notice');

-- Refused sign-ins since the last ban, and the ban they led to. All daemons share it.
create table door_score (
  kind text not null,
  -- address: an IPv4 address or the /64 network of an IPv6 one. account: a login. pair: both, where the
  -- account is trusted there.
  subject text not null,
  failures integer not null,
  failed_at timestamptz not null,
  -- Bans so far; each is twice as long as the one before.
  bans integer not null default 0,
  banned_until timestamptz,
  primary key (kind, subject),
  check (bans >= 0),
  check (failures >= 0),
  check (kind in ('address', 'account', 'pair'))
);
create index door_score_banned on door_score (banned_until) where (banned_until is not null);

-- An account that has signed in from an address stays allowed there when others get the address banned.
create table door_trust (
  login text not null,
  address text not null,
  signed_in_at timestamptz not null,
  primary key (login, address)
);

-- The line of customers, ordered by the moment of their next turn. A lock on the row is the right to work for
-- the customer.
create table turn_queue (
  customer_id bigint not null,
  phase text not null default 'idle',
  next_turn_at timestamptz not null default now(),
  waiting_since timestamptz,
  failures integer not null default 0,
  primary key (customer_id),
  foreign key (customer_id) references customer(id),
  check (phase in ('idle', 'settling', 'running', 'deferred', 'failing'))
);
create index turn_queue_next on turn_queue (next_turn_at) where (phase <> 'idle');

-- The last run of each regular job; finished_at null: it runs, or died.
create table job_run (
  job text not null,
  started_at timestamptz not null,
  finished_at timestamptz,
  outcome jsonb not null default '{}',
  primary key (job)
);

-- Grows with every commit that changes an access account, or the folder of a customer. Never with one that
-- fails.
create table access_change (
  only_row boolean not null default true,
  changes bigint not null,
  primary key (only_row),
  check (only_row)
);

-- One row. An unmounted disk or a wrong folder lacks the identity, and then no file counts as deleted or
-- lost. In no backup.
create table spool_identity (
  singular boolean not null default true,
  identity text not null,
  adopted_at timestamptz not null,
  primary key (singular),
  check (singular)
);

-- Kept equal to what each comparison of spool and ledger finds. In no backup: it speaks of the spool as it
-- is.
create table spool_difference (
  customer_id bigint not null,
  folder text not null,
  name text not null,
  kind text not null,
  found_at timestamptz not null,
  -- null: needs the operator. put-back: waits or ran again. kept: there was nothing to put back, and the
  -- operator has seen it.
  outcome text,
  settled_at timestamptz,
  -- The batch whose report tells the customer; null: the next one will.
  told_batch_id bigint,
  primary key (customer_id, folder, name),
  foreign key (customer_id) references customer(id),
  foreign key (told_batch_id) references batch(id),
  check ((outcome is null) = (settled_at is null)),
  check (folder in ('_processed', '_error', '_report')),
  check (kind in ('file', 'trace', 'report')),
  check (outcome in ('put-back', 'kept'))
);
create index spool_difference_open on spool_difference (customer_id) where (outcome is null);

-- One partition a month, made ahead and dropped by a job. Without foreign keys: partitions go without a look
-- at other tables.
create table change (
  customer_id bigint not null,
  -- subscriber.id where kind is 1, directory_entry.id where it is 2.
  subject_id bigint not null,
  -- The moment in microseconds since 1970, later than the customer's last one: in the order of the commits.
  -- to_timestamp(seq / 1e6) shows it.
  seq bigint not null,
  -- The change file; who sent it stands there. null: no file, see who.
  file_id bigint,
  entry integer,
  line integer,
  kind smallint not null,
  operation text not null,
  -- The operator or the part of the program that made the change without a file.
  who text,
  -- Field → [before, after], null where there was or is nothing; of attributes of directory entries [values
  -- that went, values that came]. "changed" where values are kept from everybody.
  diff json not null,
  -- The undo that has made the change; entry and line are those of the first change that it took back.
  undo_id bigint,
  primary key (customer_id, seq),
  check ((file_id is null) = (who is not null)),
  check (kind in (1, 2))
) partition by range (seq);
create index change_subject on only change (customer_id, subject_id, seq);

-- Addresses that subscribers have given up (those of before also while they had them), and every folded DN
-- that an entry of the directory has had. A name may have had several subjects.
create table change_name (
  customer_id bigint not null,
  kind smallint not null,
  name text collate "C" not null,
  subject_id bigint not null,
  primary key (customer_id, kind, name, subject_id)
);

-- Results of the entries that were decided in one transaction, entry by entry at the same place of each
-- array. Goes with the file (retention.days).
create table entry_slice (
  change_file_id bigint not null,
  first_entry integer not null,
  -- Numbers of the entries; one that the rules ignore has no result.
  entries integer[] not null,
  lines integer[] not null,
  -- First byte of each in the change file, and sizes in bytes: what the trace repeats.
  starts bigint[] not null,
  sizes integer[] not null,
  codes integer[] not null,
  primary key (change_file_id, first_entry),
  foreign key (change_file_id) references change_file(id)
);

-- One partition a month, made ahead and dropped by a job (retention.historyDays). Without foreign keys:
-- partitions go without a look at other tables.
create table refused_entry (
  customer_id bigint not null,
  change_file_id bigint not null,
  -- That of the change file, also for its later slices: so a file's rows lie in one partition.
  started_at timestamptz not null,
  entry integer not null,
  line integer not null,
  code integer not null,
  operation text,
  -- E-mail address or DN the entry is about; null where it could not be read.
  subject text,
  -- Named values of the message (never a password).
  detail jsonb,
  -- 1: a person, 2: an entry of the directory. null: the journal does not tell of it.
  about_kind smallint,
  -- subscriber.id or directory_entry.id; null: nobody was found.
  about_id bigint,
  -- Where nobody was found, the name that the entry gives.
  about_name text,
  primary key (change_file_id, entry, started_at),
  check (about_kind in (1, 2))
) partition by range (started_at);
create index refused_entry_subject on only refused_entry (customer_id, regexp_replace(lower(subject), ' *([,=+]) *', '\1', 'g')) where (subject is not null);

-- Written in the transaction that makes it true. One partition a month, made ahead and dropped by a job.
-- Types: src/events/catalog.ts.
create table event (
  -- From event_id, given after the transaction has its number (src/events/follow.ts). Below 0: taken over
  -- from door_audit and audit.
  id bigint not null,
  at timestamptz not null,
  type text not null,
  customer_id bigint,
  -- Login as given at a door, operator, or part of the program.
  who text,
  address text,
  -- What it is about: name of a file, path in the customer's folder, login, fingerprint.
  subject text,
  data jsonb not null,
  primary key (id, at)
) partition by range (at);
create index event_customer on only event (customer_id, id) where (customer_id is not null);

-- How far each follower has told events. No row: none yet.
create table event_follower (
  name text not null,
  -- The highest id that it has told.
  last bigint not null,
  -- [[from, to, bound]]: lower ids that were not there yet; nobody can bring them any more once all
  -- transactions before bound have ended.
  missing jsonb not null default '[]',
  primary key (name)
);

-- Case and blanks of a name count. Nothing removes a group.
create table user_group (
  id bigint generated always as identity,
  customer_id bigint not null,
  name text collate "C" not null,
  is_default boolean not null default false,
  -- Whether new members may send from it.
  can_send boolean not null default true,
  primary key (id),
  unique (customer_id, name),
  foreign key (customer_id) references customer(id),
  check (name <> '')
);
create unique index user_group_default on user_group (customer_id) where is_default;

-- Who has no row is in the default group alone, with the rights that it gives: most people, and all that
-- other kinds of file add.
create table group_membership (
  subscriber_id bigint not null,
  group_id bigint not null,
  -- In the order in which the person came into the groups.
  place integer not null,
  is_primary boolean not null,
  can_send boolean not null,
  is_admin boolean not null,
  primary key (subscriber_id, group_id),
  foreign key (group_id) references user_group(id),
  foreign key (subscriber_id) references subscriber(id)
);
create index group_membership_group on group_membership (group_id);
create unique index group_membership_primary on group_membership (subscriber_id) where is_primary;

-- Activation mails that are being sent, or were interrupted. Without a row, none are.
create table activation_run (
  customer_id bigint not null,
  begun_at timestamptz not null,
  -- The last person who was looked at, in the order of the ids.
  after_id bigint not null,
  sent integer not null,
  left_out integer not null,
  primary key (customer_id),
  foreign key (customer_id) references customer(id)
);

-- The organisation file numbers and names them. Nothing removes a group.
create table technician_group (
  customer_id bigint not null,
  id bigint not null,
  name text not null,
  primary key (customer_id, id),
  foreign key (customer_id) references customer(id),
  check (id > 0),
  check (name <> '')
);

-- A status of its own: a disabled technician keeps account, mail and other seats.
create table technician (
  subscriber_id bigint not null,
  customer_id bigint not null,
  group_id bigint not null,
  -- Group at the first full list that named the technician: in another one somebody has moved them by hand.
  home_group_id bigint,
  status text not null,
  name text not null,
  -- Empty: as the name.
  nickname text not null default '',
  sso_id text,
  -- The id folded: it is compared without case.
  sso_id_key text,
  description text not null default '',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (subscriber_id),
  foreign key (customer_id, group_id) references technician_group(customer_id, id),
  foreign key (customer_id, home_group_id) references technician_group(customer_id, id),
  foreign key (subscriber_id) references subscriber(id),
  check ((sso_id is null) = (sso_id_key is null)),
  check (name <> ''),
  check (status in ('enabled', 'disabled'))
);
create index technician_of_group on technician (customer_id, group_id);
create unique index technician_sso_id on technician (customer_id, sso_id_key) where (sso_id_key is not null);

-- The last full list of each source that was applied.
create table full_list (
  customer_id bigint not null,
  source text not null,
  -- What it kept, and of whom it was: where the next one says something else, its first absent person is
  -- held.
  scope jsonb not null,
  file text not null,
  applied_at timestamptz not null,
  primary key (customer_id, source),
  foreign key (customer_id) references customer(id)
);

-- What a full list did to people who are not in it: the last lines of its trace.
create table absent_entry (
  change_file_id bigint not null,
  first_entry integer not null,
  subjects text[] not null,
  effects text[] not null,
  primary key (change_file_id, first_entry),
  foreign key (change_file_id) references change_file(id)
);

-- The journal of a day: the events up to here that no closing before has. What comes later goes into the
-- journal of a later day.
create table journal_closing (
  number bigint generated always as identity,
  day date not null,
  -- The highest event.id of it.
  last bigint not null,
  -- [[from, to]]: lower ids that were not there yet, and are not of it.
  missing jsonb not null,
  closed_at timestamptz not null,
  -- null: some customer may not have its archives yet.
  published_at timestamptz,
  primary key (number),
  unique (day)
);

-- Archives of the journal that lie in the customer's folder. One that is missing there is made again; the row
-- goes with the file (retention.journalDays).
create table journal_archive (
  customer_id bigint not null,
  day date not null,
  token text not null,
  records integer not null,
  published_at timestamptz not null,
  primary key (customer_id, day, token),
  foreign key (customer_id) references customer(id),
  foreign key (day) references journal_closing(day)
);
create index journal_archive_published on journal_archive (published_at);

-- What was asked to be taken back. waiting: the next turn does it; applied: done, its report and trace are
-- written from undo_change; failed: set aside after faults of ours.
create table undo (
  id bigint generated always as identity,
  customer_id bigint not null,
  change_file_id bigint not null,
  state text not null,
  -- Ranges of entries, [[3,3],[7,9]]; null: the whole file.
  entries jsonb,
  -- The operator, or the login that uploaded FILE.undo; null: that was put there by other means.
  who text,
  address text,
  reason text not null default '',
  -- The FILE.undo that has asked for it, so that it is not heard twice.
  answer text,
  requested_at timestamptz not null,
  applied_at timestamptz,
  taken_back integer not null default 0,
  left_out integer not null default 0,
  failures smallint not null default 0,
  primary key (id),
  foreign key (customer_id) references customer(id),
  check (state in ('waiting', 'applied', 'done', 'failed'))
);
create index undo_of_customer on undo (customer_id, requested_at);
create index undo_open on undo (customer_id, id) where (state in ('waiting', 'applied'));
create unique index undo_answer on undo (customer_id, answer) where (answer is not null);

-- What an undo did about each change of its file: one that was taken back counts as though it had never been.
create table undo_change (
  undo_id bigint not null,
  -- change.seq of the change that the file has made.
  seq bigint not null,
  kind smallint not null,
  subject_id bigint not null,
  entry integer not null,
  line integer not null,
  operation text not null,
  -- Address or DN, as it was when the undo began.
  subject text not null,
  taken_back boolean not null,
  -- Why it was left out, or what of it could not come back: codes with values.
  remarks jsonb not null default '[]',
  primary key (undo_id, seq),
  foreign key (undo_id) references undo(id),
  check (kind in (1, 2))
);
create index undo_change_subject on undo_change (kind, subject_id) where taken_back;

-- What was given out for a file, as it lies in _report. Rows go with their files; the last one of a customer
-- stays, as the next names its hash.
create table receipt (
  customer_id bigint not null,
  number bigint not null,
  change_file_id bigint not null,
  name text not null,
  -- SHA-256 of the signed bytes; the next one of the customer names it as the one before.
  hash text not null,
  content text not null,
  at timestamptz not null,
  primary key (customer_id, number),
  foreign key (customer_id) references customer(id)
);
create unique index receipt_name on receipt (customer_id, name);
create unique index receipt_of_file on receipt (change_file_id);

-- What an operator says of sequence numbers that have not come. Of several rulings on a number the last one
-- counts; one whose number has come means nothing any more.
create table sequence_ruling (
  id bigint generated always as identity,
  customer_id bigint not null,
  source text not null,
  type text not null,
  first_number bigint not null,
  last_number bigint not null,
  -- skip: it does not come, nothing waits for it or warns of it; wait: those behind it wait until then,
  -- whatever the customer has declared.
  verdict text not null,
  until timestamptz,
  who text not null,
  reason text not null,
  ruled_at timestamptz not null,
  primary key (id),
  foreign key (customer_id) references customer(id),
  check ((verdict = 'wait') = (until is not null)),
  check (first_number >= 0),
  check (last_number >= first_number),
  check (verdict in ('skip', 'wait'))
);
create index sequence_ruling_numbers on sequence_ruling (customer_id, source, type, last_number);

create table notice_endpoint (
  id bigint generated always as identity,
  -- Null: of the operators, who are told of all customers.
  customer_id bigint,
  kind text not null,
  name text not null,
  -- Mail address, or URL.
  target text not null,
  types text[] not null,
  format text not null default 'standard',
  -- Name of the file with the secrets; they stand nowhere in the database.
  secret text,
  -- Events before it are not told.
  created_at timestamptz not null,
  -- Tries that failed since the last one that did not.
  failures integer not null default 0,
  last_ok_at timestamptz,
  last_failure text,
  -- The next mail leaves no earlier, so that many notices become one digest.
  mail_after timestamptz,
  disabled_at timestamptz,
  disabled_why text,
  -- Too much waited: events from then on were not kept for it.
  untold_since timestamptz,
  primary key (id),
  foreign key (customer_id) references customer(id) on delete cascade,
  check (format in ('standard', 'cloudevents')),
  check (kind in ('mail', 'webhook'))
);
create unique index notice_endpoint_name on notice_endpoint (coalesce(customer_id, (0)), kind, name);

-- Put in by a follower of the events, in the transaction that moves its position: each event once for each
-- endpoint.
create table notice_delivery (
  id bigint generated always as identity,
  endpoint_id bigint not null,
  event_id bigint not null,
  customer_id bigint,
  at timestamptz not null,
  type text not null,
  subject text not null,
  -- Those of one file, in which an endpoint is told them one after the other.
  order_key text not null,
  data jsonb not null,
  -- The first event of the mail in which it goes out, as it is sent again.
  mail bigint,
  first_try_at timestamptz,
  next_try_at timestamptz not null,
  tries integer not null default 0,
  last_failure text,
  done_at timestamptz,
  outcome text,
  primary key (id),
  foreign key (endpoint_id) references notice_endpoint(id) on delete cascade,
  check (outcome in ('delivered', 'given_up', 'expired'))
);
create index notice_delivery_done on notice_delivery (done_at) where (done_at is not null);
create index notice_delivery_due on notice_delivery (endpoint_id, next_try_at, id) where (done_at is null);
create index notice_delivery_order on notice_delivery (endpoint_id, order_key, id) where (done_at is null);
create index notice_delivery_tried on notice_delivery (endpoint_id, next_try_at, id) where ((done_at is null) and (tries > 0));
create unique index notice_delivery_event on notice_delivery (endpoint_id, event_id);

create table feed_hour (
  customer_id bigint not null,
  source text not null,
  type text not null,
  hour timestamptz not null,
  first_at timestamptz not null,
  last_at timestamptz not null,
  primary key (customer_id, source, type, hour),
  foreign key (customer_id) references customer(id) on delete cascade
);

create table feed (
  customer_id bigint not null,
  source text not null,
  type text not null,
  standing text not null default 'none',
  from_day integer not null default 0,
  from_slot integer not null default 0,
  expected jsonb,
  left_out text[] not null default '{}',
  missing_since timestamptz,
  learnt jsonb,
  last_at timestamptz not null,
  sized bigint not null default 0,
  look_at timestamptz not null,
  primary key (customer_id, source, type),
  foreign key (customer_id) references customer(id) on delete cascade
);
create index feed_due on feed (look_at);
create index feed_standing on feed (standing) where (standing <> 'none');
