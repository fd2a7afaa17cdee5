using River.Analyzers.Tests.Harness;
using Xunit;

namespace River.Analyzers.Tests.Rules;

public sealed class NotPartialTests() : RuleTest("RIVER001")
{
    [Fact]
    public Task A_job_that_is_not_partial_is_reported_at_its_name() => SaysAsync(
        """
        [Job]
        public sealed record [|Ping|](int Id);
        """,
        "'Ping' is not partial", "write 'partial'");

    [Fact]
    public Task Every_type_around_a_job_must_be_partial_too() => ReportsAsync(
        """
        public class [|Outer|]
        {
            internal struct [|Inner|]
            {
                [Job]
                internal sealed class [|Ping|];
            }

            public partial interface IFine
            {
                [Job]
                public sealed partial record Pong;
            }
        }
        """);

    [Fact]
    public Task Partial_jobs_and_other_types_are_fine() => IsSilentAsync(
        """
        public sealed record Order(int Id);

        [Job]
        public sealed partial record Ping(int Id);

        public static partial class Shop
        {
            [Job]
            public partial struct Pong;
        }
        """);

    [Fact]
    public Task Each_part_must_say_it() => IsSilentAsync(
        """
        [Job]
        public sealed partial class Ping;

        public partial class Ping;
        """);

    [Fact]
    public Task The_fix_makes_the_job_and_what_is_around_it_partial() => FixesAsync(
        """
        public static class [|Shop|]
        {
            // a job
            [Job]
            public sealed record [|Ping|](int Id);

            [Job]
            internal readonly record struct [|Peng|];
        }

        [Job]
        class [|Pong|];
        """,
        """
        public static partial class Shop
        {
            // a job
            [Job]
            public sealed partial record Ping(int Id);

            [Job]
            internal readonly partial record struct Peng;
        }

        [Job]
        partial class Pong;
        """);
}
