-- The older index holds each key once, whatever the state: rows that block nobody give theirs up.
UPDATE {schema}.river_job SET unique_key = NULL
WHERE unique_key IS NOT NULL
    AND (unique_states IS NULL OR NOT {schema}.river_job_state_in_bitmask(unique_states, state));

DROP INDEX {schema}.river_job_unique_idx;
ALTER TABLE {schema}.river_job DROP COLUMN unique_states;
CREATE UNIQUE INDEX IF NOT EXISTS river_job_kind_unique_key_idx ON {schema}.river_job (kind, unique_key) WHERE unique_key IS NOT NULL;
DROP FUNCTION {schema}.river_job_state_in_bitmask(bit, {schema}.river_job_state);
