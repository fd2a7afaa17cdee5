using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace River.Hosting;

/// <summary>Binds the options to the configuration section <c>River</c> where the container has a configuration, and again whenever that changes.</summary>
internal sealed class RiverConfiguration(IConfiguration? configuration)
    : IConfigureOptions<RiverOptions>, IPostConfigureOptions<RiverOptions>, IOptionsChangeTokenSource<RiverOptions>
{
    public const string SectionName = "River";

    private readonly IConfigurationSection? _section = configuration?.GetSection(SectionName);

    public string Name => Options.DefaultName;

    /// <summary>The names that the section sets on its first level.</summary>
    public IEnumerable<string> Keys => _section?.GetChildren().Select(child => child.Key) ?? [];

    /// <summary>The names that a section within the section sets.</summary>
    public IEnumerable<string> KeysOf(string path) => _section?.GetSection(path).GetChildren().Select(child => child.Key) ?? [];

    /// <summary>Why the section can't be read as options; null when it can. Kept rather than thrown: a reload has nobody to throw at.</summary>
    public Exception? Fault { get; private set; }

    public void Configure(RiverOptions options)
    {
        if (_section is null)
            return;
        try
        {
            _section.Bind(options);
            Fault = null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            Fault = error;
        }
    }

    /// <summary>How a queue is worked is decided where the process runs: there, and only there, configuration goes before code.</summary>
    public void PostConfigure(string? name, RiverOptions options)
    {
        if (_section is null || Fault is not null)
            return;
        var configured = new RiverOptions();
        _section.Bind(configured);
        Copy(configured.MaxWorkers, options.MaxWorkers);
        Copy(configured.MinWorkers, options.MinWorkers);
        Copy(configured.JobTimeouts, options.JobTimeouts);
    }

    public IChangeToken GetChangeToken() => _section?.GetReloadToken() ?? new CancellationChangeToken(CancellationToken.None);

    private static void Copy<T>(IDictionary<string, T> from, IDictionary<string, T> to)
    {
        foreach (var (queue, value) in from)
            to[queue] = value;
    }
}
