using FsCheck;
using FsCheck.Fluent;
using River.Grammar.Cron;
using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>The calculation against a walk over every minute and second, around the clock changes of real zones.</summary>
public class CronModelTests
{
    private const int NearChange = 2 * 60 * 60 * 1_000;

    private static readonly (TimeZoneInfo Zone, DateTimeOffset Instant)[] Changes = ClockChanges.Find(2011, 2028);

    [Fact]
    public void There_are_changes_to_test_around() => Assert.True(Changes.Length > 200, $"{Changes.Length}");

    [Fact]
    public void Minutes_fire_as_in_the_model() => AssertModel(withSeconds: false, TimeSpan.FromHours(50), TimeSpan.FromHours(76), tests: 1_500);

    [Fact]
    public void Seconds_fire_as_in_the_model() => AssertModel(withSeconds: true, TimeSpan.FromHours(2), TimeSpan.FromHours(4), tests: 300);

    private static void AssertModel(bool withSeconds, TimeSpan before, TimeSpan window, int tests)
    {
        var cases =
            from change in Gen.Elements(Changes)
            from lead in Gen.OneOf(Gen.Choose(0, (int)before.TotalMilliseconds), Gen.Choose(-NearChange, NearChange))
            from alignment in Gen.Elements(1, 1_000, 60_000)
            from expression in Expressions(withSeconds)
            select (change.Zone, Start: change.Instant.AddMilliseconds(-(lead / alignment * alignment)), Expression: expression);

        Prop.ForAll(cases.ToArbitrary(), test =>
            {
                var expected = test.Expression.Firings(test.Start, window, test.Zone);
                var actual = Firings(Parsed.Cron(test.Expression.ToString()), test.Start, window, test.Zone);
                var difference = expected.Zip(actual).FirstOrDefault(pair => pair.First != pair.Second);
                return expected.SequenceEqual(actual)
                    ? true.ToProperty()
                    : false.Label($"'{test.Expression}' in {test.Zone.Id} after {test.Start:O}: model {expected.Count} firings, calculated {actual.Count}; first difference {difference}");
            })
            .Check(Config.QuickThrowOnFailure.WithMaxTest(tests));
    }

    private static List<DateTimeOffset> Firings(CronExpression expression, DateTimeOffset after, TimeSpan window, TimeZoneInfo zone)
    {
        var firings = new List<DateTimeOffset>();
        var last = after;
        while (expression.NextAfter(last, zone) is { } next && next <= after + window)
        {
            Assert.True(next > last, $"'{expression}' in {zone.Id} after {last:O} fires at {next:O}");
            firings.Add(next);
            last = next;
        }

        return firings;
    }

    // Most fields restrict little, so that most expressions fire within the window.
    private static Gen<ModelExpression> Expressions(bool withSeconds) =>
        from second in Field(0, 59, stars: 2)
        from minute in Field(0, 59, stars: withSeconds ? 6 : 2)
        from hour in Field(0, 23, stars: withSeconds ? 12 : 2)
        from day in Field(1, 31, stars: 6)
        from month in Field(1, 12, stars: 12)
        from weekday in Field(0, 6, stars: 6)
        select new ModelExpression(withSeconds ? second : null, minute, hour, day, month, weekday);

    private static Gen<ModelField> Field(int min, int max, int stars) =>
        from items in Gen.Frequency(
            (stars, Gen.Constant(new[] { new ModelItem(null, null, null) })),
            (6, Item(min, max).ArrayOf(1)),
            (2, Item(min, max).ArrayOf(2)),
            (1, Item(min, max).ArrayOf(3)))
        select new ModelField(min, max, items);

    private static Gen<ModelItem> Item(int min, int max)
    {
        var value = Gen.OneOf(Gen.Choose(min, max), Gen.Choose(min, Math.Min(max, min + 3)));
        var step = Gen.Choose(1, max).Select(number => (int?)number);
        var noStep = Gen.Constant<int?>(null);
        var range = from first in value
                    from length in Gen.Choose(0, max - first)
                    from every in Gen.OneOf(noStep, step)
                    select new ModelItem(first, first + length, every);
        return Gen.Frequency(
            (3, value.Select(number => new ModelItem(number, null, null))),
            (2, range),
            (1, from first in value from every in step select new ModelItem(first, null, every)),
            (1, step.Select(every => new ModelItem(null, null, every))));
    }
}
