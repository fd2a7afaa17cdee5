using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace River.Docs.Tests;

/// <summary>docs/options.md lists all options as they are.</summary>
public sealed partial class OptionsPageTests
{
    private static readonly string Root =
        typeof(OptionsPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(fact => fact.Key == "RepositoryRoot").Value!;

    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs/options.md"));

    [Fact]
    public void Every_option_is_in_the_table_with_its_default_and_nothing_else()
    {
        var options = Leaves(new RiverOptions(), "").ToArray();

        Assert.InRange(options.Length, 25, 100);
        Assert.Equal(options.OrderBy(option => option.Name, StringComparer.Ordinal), Rows.Select(row => (row.Name, row.Default)).OrderBy(row => row.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void What_no_reload_changes_is_what_the_documentation_of_the_options_says()
    {
        var remarks = Exceptions().Match(File.ReadAllText(Path.Combine(Root, "River.Runtime/Hosting/RiverOptions.cs"))).Groups["names"].Value;
        var fixedOnes = Cref().Matches(remarks).Select(match => match.Groups["name"].Value).Order(StringComparer.Ordinal);

        Assert.Equal(fixedOnes, Rows.Where(row => row.Reload == "no").Select(row => row.Name).Order(StringComparer.Ordinal));
        Assert.All(Rows, row => Assert.Contains(row.Reload, new[] { "yes", "no" }));
    }

    [Fact]
    public void The_sample_can_be_bound_and_holds_no_other_names()
    {
        var json = Json().Match(Page).Groups["json"].Value;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(json));
        var options = new RiverOptions();

        new ConfigurationBuilder().AddJsonStream(stream).Build().GetSection("River").Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);

        Assert.Equal((TimeSpan.FromMinutes(5), 5), (options.JobTimeout, options.MaxWorkers["tenant_*"]));
        Assert.Equal(Timeout.InfiniteTimeSpan, options.Retention.Kinds["send_invoice"].Discarded);
    }

    private static (string Name, string Default, string Reload)[] Rows { get; } =
        [.. Row().Matches(Page).Select(match => (match.Groups["name"].Value, match.Groups["default"].Value.Trim('`'), match.Groups["reload"].Value))];

    /// <summary>The options that hold a value, those of a group by the group's name and theirs.</summary>
    private static IEnumerable<(string Name, string Default)> Leaves(object options, string prefix)
    {
        foreach (var property in options.GetType().GetProperties())
        {
            var value = property.GetValue(options);
            if (property.CanWrite || value is IEnumerable)
                yield return (prefix + property.Name, Text(value));
            else
                foreach (var inner in Leaves(value!, $"{prefix}{property.Name}."))
                    yield return inner;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "–",
        bool flag => flag ? "true" : "false",
        string text => text,
        IEnumerable items => items.Cast<object>().Any() ? "?" : "–",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"^\| `(?<name>[\w.]+)` \| (?<default>[^|]+?) \|[^|]*\| (?<reload>\w+) \|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex(@"^```json\n(?<json>.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Json();

    [GeneratedRegex(@"counts from then on, except(?<names>.*?)which stay as at the start", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Exceptions();

    [GeneratedRegex(@"<see cref=""(?<name>\w+)""/>", RegexOptions.ExplicitCapture)]
    private static partial Regex Cref();
}
