using System.Runtime.CompilerServices;
using Npgsql;
using River.Postgres.Committing;
using River.Postgres.Connections;
using River.Postgres.Roles;
using River.Postgres.Sql;
using River.Storage;
using Xunit;

namespace River.Tests.Postgres;

/// <summary>What a connection for enqueues keeps from one call to the next.</summary>
public sealed class PreparedInsertTests
{
    [Theory]
    [InlineData(InsertColumns.MostKept, InsertColumns.MostKept)]
    [InlineData(InsertColumns.MostKept + 1, 0)]
    public void Room_for_many_rows_is_not_kept_for_the_next_ones(int rows, int kept)
    {
        var columns = new InsertColumns();
        columns.Fill([.. Enumerable.Repeat(Job(), rows)]);
        var args = Assert.IsType<List<byte[]>>(columns[5]);
        Assert.Equal(rows, args.Count);

        columns.Clear();

        Assert.Empty(args);
        Assert.Equal(kept, args.Capacity);
        columns.Fill([Job(), Job()]);
        Assert.Equal(2, args.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Where_preparing_fails_the_arguments_are_let_go_of(bool isUnique)
    {
        await using var closed = new NpgsqlConnection("Host=127.0.0.1");
        var insert = new PreparedInsert(closed, new Statements(SchemaName.FromOptions("public")).Jobs, TimeSpan.FromSeconds(1));

        var args = await FailAsync(insert, isUnique);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Assert.False(args.IsAlive);
        GC.KeepAlive(insert);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> FailAsync(PreparedInsert insert, bool isUnique)
    {
        var job = Job();
        Task inserting = isUnique
            ? insert.InsertUniqueAsync([job], clock: null, static _ => Task.CompletedTask).AsTask()
            : insert.InsertManyAsync([job], clock: null, CancellationToken.None);
        await Assert.ThrowsAnyAsync<Exception>(() => inserting);
        return new WeakReference(job.Args);
    }

    private static JobInsert Job() => new() { Kind = "work", Queue = "default", Args = new byte[] { (byte)'{', (byte)'}' }, MaxAttempts = 25 };
}
