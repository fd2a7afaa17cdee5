DO $$
BEGIN
    IF EXISTS (SELECT FROM {schema}.river_migration WHERE line <> 'main') THEN
        RAISE EXCEPTION 'River''s version 5 can''t be reverted while migrations of another line than main are applied; revert those first.';
    END IF;
END
$$;

ALTER TABLE {schema}.river_migration RENAME TO river_migration_old;

CREATE TABLE {schema}.river_migration (
    id bigserial,
    created_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL,
    CONSTRAINT version CHECK (version >= 1),
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX river_migration_version_idx ON {schema}.river_migration (version);

INSERT INTO {schema}.river_migration (created_at, version)
SELECT created_at, version FROM {schema}.river_migration_old ORDER BY version;

DROP TABLE {schema}.river_migration_old;

ALTER TABLE {schema}.river_job DROP COLUMN unique_key;

DROP TABLE {schema}.river_client_queue;
DROP TABLE {schema}.river_client;
