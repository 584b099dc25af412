-- What the desk needs to edit without forgetting, and to replay in steps that survive a death.

ALTER TABLE chassis.dead_letter ADD COLUMN original_headers jsonb;
ALTER TABLE chassis.dead_letter ADD COLUMN tried_at timestamptz;
ALTER TABLE chassis.replay ADD COLUMN leased_until timestamptz NOT NULL DEFAULT '-infinity';

ALTER TABLE chassis.rebuild ADD COLUMN generation integer NOT NULL DEFAULT 1;
ALTER TABLE chassis.rebuild ADD COLUMN requested_by text;
