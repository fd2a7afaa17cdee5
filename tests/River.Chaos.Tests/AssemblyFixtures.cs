using River.TestSupport.Postgres;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
