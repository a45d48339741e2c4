-- Reconciliation. An item's salt makes its hash say nothing to those who do not have the item: a batch proves one payee's item
-- without the others.

alter table payout_item add column salt bytea not null default decode(repeat('00', 32), 'hex') check (length(salt) = 32);
alter table payout_item alter column salt drop default;

create or replace function refuse_change_of_payout_item() returns trigger language plpgsql as $$
begin
    if (new.batch, new.number, new.payee, new.amount_minor, new.gst_minor, new.withheld_minor, new.lines, new.lines_hash, new.destination, new.salt)
        is distinct from
        (old.batch, old.number, old.payee, old.amount_minor, old.gst_minor, old.withheld_minor, old.lines, old.lines_hash, old.destination, old.salt) then
        raise exception 'what a payout item pays is not changed' using errcode = 'insufficient_privilege';
    end if;
    return new;
end $$;
