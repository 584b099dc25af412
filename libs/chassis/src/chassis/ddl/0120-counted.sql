-- A letter nobody could read at a door is not yet in the inbox: its replay puts it there, or finds that its sender was quicker.

ALTER TABLE chassis.dead_letter ADD COLUMN counted boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN chassis.dead_letter.counted IS 'Whether the inbox holds its id: not if it had none that could be trusted.';
