CREATE TABLE {schema}.river_dotnet_schedule (
    id text PRIMARY KEY,
    last_slot timestamptz,
    declared_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT id_length CHECK (char_length(id) > 0 AND char_length(id) < 128)
);
