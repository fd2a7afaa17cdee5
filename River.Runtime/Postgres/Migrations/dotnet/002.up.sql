CREATE TABLE {schema}.river_dotnet_client (
    id text PRIMARY KEY,
    started_at timestamptz NOT NULL,
    beat_at timestamptz NOT NULL,
    lease interval NOT NULL,
    CONSTRAINT id_length CHECK (char_length(id) > 0 AND char_length(id) < 128)
);
CREATE TABLE {schema}.river_dotnet_lease (
    name text PRIMARY KEY,
    holder text NOT NULL,
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT name_length CHECK (char_length(name) > 0 AND char_length(name) < 128)
);
ALTER TABLE {schema}.river_dotnet_schedule
    ADD COLUMN paused_at timestamptz,
    ADD COLUMN triggered_at timestamptz;
