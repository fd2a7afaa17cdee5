using River.TestSupport.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
