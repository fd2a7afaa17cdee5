using System.Globalization;
using River.Generators.Tests.Projects;

namespace River.Generators.Tests;

/// <summary>The machine's language and line ends leave no trace in what is generated.</summary>
public sealed class CultureTests
{
    private const string Source = """
        [assembly: Queue("internal_invoices", MaxWorkers = 1000)]
        namespace Shop;
        /// <summary>Sends
        /// an invoice.</summary>
        [Job(Queue = Queues.InternalInvoices, Timeout = "1.02:03:04", MaxAttempts = 32767), Unique(Period = "90m")]
        public sealed partial record SendInvoiceID(long InvoiceID, double Ratio = -1.5, int Least = -2147483648, decimal Price = 1234567.89m, Mode Mode = (Mode)(-3)) { public int Init { get; init; } }
        public enum Mode { First = -3 }
        [Periodic("@every 90s")] public sealed class InvoiceWorker : IWorker<Invoice> { public Task WorkAsync(Job<Invoice> job, CancellationToken t) => Task.CompletedTask; }
        [Job] public sealed partial record Invoice;
        """;

    [Theory]
    [InlineData("tr-TR")]
    [InlineData("fa-IR")]
    [InlineData("ar-SA")]
    [InlineData("de-DE")]
    public void The_culture_changes_nothing(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        var expected = In(CultureInfo.InvariantCulture);
        try
        {
            Assert.Equal(expected, In(CultureInfo.GetCultureInfo(culture)));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Line_ends_change_nothing_and_are_our_own()
    {
        var unix = TestProject.Library(Source).Generate().AssertCompiles().Files;
        var windows = TestProject.Library(Source.Replace("\n", "\r\n", StringComparison.Ordinal)).Generate().Files;

        Assert.Equal(unix, windows);
        Assert.All(unix.Values, text => Assert.DoesNotContain("\r", text, StringComparison.Ordinal));
    }

    private static System.Collections.Immutable.ImmutableSortedDictionary<string, string> In(CultureInfo culture)
    {
        CultureInfo.CurrentCulture = culture;
        return TestProject.Library(Source).Generate().Files;
    }
}
