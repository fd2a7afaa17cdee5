DROP TABLE {schema}.river_dotnet_schedule;
