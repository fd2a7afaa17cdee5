ALTER TABLE {schema}.river_dotnet_schedule
    DROP COLUMN triggered_at,
    DROP COLUMN paused_at;
DROP TABLE {schema}.river_dotnet_lease;
DROP TABLE {schema}.river_dotnet_client;
