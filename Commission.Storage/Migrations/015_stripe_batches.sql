-- Batches on the rail to Stripe belong to its test mode or to its live mode, from the draft to the end.
alter table payout_batch add column live boolean not null default false;
