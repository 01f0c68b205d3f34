-- A claim is decided once, whatever an organisation file goes on saying.
alter table subscriber add column claim_decided timestamptz;
comment on column subscriber.claim_decided is
  'The claim_since of the claim that was decided: an organisation file that still declares it does not open it again.';
create index subscriber_decided_claim on subscriber (customer_id) where claim_decided is not null;
