-- When batches are drafted by themselves, one row for each rail and currency.
create table payout_schedule (
    id       text collate "C" not null primary key,
    version  integer not null,
    payload  bytea,
    next_on  date
) with (fillfactor = 80);

create index payout_schedule_next on payout_schedule (next_on) where next_on is not null;

grant select, insert, update on payout_schedule to commission_app;
