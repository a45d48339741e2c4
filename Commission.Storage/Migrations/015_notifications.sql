-- Messages to people: recorded with what they tell of, delivered later. Addresses are looked up when a message goes; none is kept here.

create table notification (
    id         uuid not null primary key,
    kind       smallint not null,
    contact    uuid,
    facts      bytea not null,
    created_at timestamptz not null,
    state      smallint not null,
    attempts   integer not null default 0,
    due_at     timestamptz not null default clock_timestamp(),
    ended_at   timestamptz,
    problem    text
) with (fillfactor = 80);

create index notification_due on notification (due_at) where state = 1;
create index notification_open on notification (state, created_at) where state <> 2;
create index notification_by_time on notification (created_at, id);
create index notification_by_contact on notification (contact, created_at, id);

grant select, insert, update on notification to commission_app;
