using System.Globalization;
using Xunit;

namespace River.Grammar.Tests.Cron;

/// <summary>
/// A thousand years, each of a zone, an expression and a year drawn by lot: every firing of the calculation against those
/// of a model that lists the local times of the year and looks for the instants that show them.
/// </summary>
public class CronYearsTests(ITestOutputHelper output)
{
    private const int Years = 1_000;

    [Fact]
    public void A_thousand_years_have_the_firings_of_the_model()
    {
        var seed = Environment.GetEnvironmentVariable("RIVER_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"RIVER_TEST_SEED={seed}");
        var random = new Random(seed);
        long firings = 0;
        for (var i = 0; i < Years; i++)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(YearModel.ZoneIds[random.Next(YearModel.ZoneIds.Length)]);
            var year = random.Next(1990, 2060);
            var expression = Draw(random);
            var expected = YearModel.Firings(expression, year, zone);
            var cron = Parsed.Cron(expression.ToString());

            var at = YearModel.Start(year, zone).AddSeconds(-1);
            foreach (var firing in expected)
            {
                var next = cron.NextAfter(at, zone);
                Assert.True(next == firing, $"seed {seed}: '{expression}' in {zone.Id} after {at:O} fires at {next:O}, by the model at {firing:O}");
                at = firing;
            }

            var end = YearModel.Start(year + 1, zone);
            var after = cron.NextAfter(at, zone);
            Assert.False(after < end, $"seed {seed}: '{expression}' in {zone.Id} after {at:O} fires at {after:O}, by the model no more in {year}");
            firings += expected.Count;
        }

        Assert.True(firings > 100_000, $"seed {seed}: only {firings} firings");
    }

    // Dense in hours and days, so that many firings lie in the hours of the changes, but mostly not in every minute.
    private static ModelExpression Draw(Random random) => new(
        null,
        Field(random, 0, 59, starPercent: 2),
        Field(random, 0, 23, starPercent: 40),
        Field(random, 1, 31, starPercent: 60),
        Field(random, 1, 12, starPercent: 70),
        Field(random, 0, 6, starPercent: 60));

    private static ModelField Field(Random random, int min, int max, int starPercent)
    {
        if (random.Next(100) < starPercent)
            return new ModelField(min, max, [new ModelItem(null, null, null)]);
        return new ModelField(min, max, [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Item(random, min, max))]);
    }

    private static ModelItem Item(Random random, int min, int max)
    {
        var first = random.Next(min, max + 1);
        var step = random.Next(2, max + 1);
        return random.Next(max > 30 ? 20 : 8) switch
        {
            0 => new ModelItem(null, null, step),
            1 => new ModelItem(first, null, step),
            2 => new ModelItem(first, random.Next(first, max + 1), null),
            3 => new ModelItem(first, random.Next(first, max + 1), step),
            _ => new ModelItem(first, null, null),
        };
    }
}

/// <summary>The firings of a local year, by the published rules for clock changes and nothing cleverer than lists.</summary>
internal static class YearModel
{
    public static readonly string[] ZoneIds =
    [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca", "UTC", "Asia/Kolkata", "America/Santiago", "Pacific/Auckland",
    ];

    /// <summary>The instant at which a zone's clock first shows the year.</summary>
    public static DateTimeOffset Start(int year, TimeZoneInfo zone)
    {
        var at = new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero).AddHours(-14);
        while (Wall(at, zone).Year < year)
            at = at.AddMinutes(1);
        return at;
    }

    public static List<DateTimeOffset> Firings(ModelExpression expression, int year, TimeZoneInfo zone)
    {
        var isInterval = expression.Minute.IsInterval || expression.Hour.IsInterval;
        var offsets = Offsets(year, zone);
        var firings = new SortedSet<DateTimeOffset>();
        for (var day = new DateTime(year, 1, 1); day.Year == year; day = day.AddDays(1))
        {
            if (!expression.MatchesDay(day))
                continue;
            for (var hour = 0; hour < 24; hour++)
            {
                if (!expression.Hour.Allows(hour))
                    continue;
                for (var minute = 0; minute < 60; minute++)
                {
                    if (expression.Minute.Allows(minute))
                        Add(day.AddHours(hour).AddMinutes(minute));
                }
            }
        }

        return [.. firings];

        void Add(DateTime wall)
        {
            var instants = offsets.Select(offset => new DateTimeOffset(wall, offset)).Where(instant => Wall(instant, zone) == wall).OrderBy(instant => instant).ToList();
            if (instants.Count == 0)
                firings.Add(AfterGap(wall).ToUniversalTime());
            else if (isInterval)
                firings.UnionWith(instants.Select(instant => instant.ToUniversalTime()));
            else
                firings.Add(instants[0].ToUniversalTime());
        }

        // The first instant whose clock shows a later time than the skipped one.
        DateTimeOffset AfterGap(DateTime wall)
        {
            var at = new DateTimeOffset(wall, offsets.Max());
            while (Wall(at, zone) < wall)
                at = at.AddMinutes(1);
            return at;
        }
    }

    private static DateTime Wall(DateTimeOffset instant, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    private static TimeSpan[] Offsets(int year, TimeZoneInfo zone)
    {
        var offsets = new HashSet<TimeSpan>();
        for (var at = new DateTimeOffset(year - 1, 12, 30, 0, 0, 0, TimeSpan.Zero); at.Year <= year; at = at.AddHours(6))
            offsets.Add(zone.GetUtcOffset(at));
        return [.. offsets];
    }
}
