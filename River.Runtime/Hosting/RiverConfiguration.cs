using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace River.Hosting;

/// <summary>Binds the options to the configuration section <c>River</c> where the container has a configuration, and again whenever that changes.</summary>
internal sealed class RiverConfiguration(IConfiguration? configuration) : IConfigureOptions<RiverOptions>, IOptionsChangeTokenSource<RiverOptions>
{
    public const string SectionName = "River";

    private readonly IConfigurationSection? _section = configuration?.GetSection(SectionName);

    public string Name => Options.DefaultName;

    /// <summary>The names that the section sets on its first level.</summary>
    public IEnumerable<string> Keys => _section?.GetChildren().Select(child => child.Key) ?? [];

    /// <summary>The names that a section within the section sets.</summary>
    public IEnumerable<string> KeysOf(string path) => _section?.GetSection(path).GetChildren().Select(child => child.Key) ?? [];

    public void Configure(RiverOptions options)
    {
        if (_section is not null)
            _section.Bind(options);
    }

    public IChangeToken GetChangeToken() => _section?.GetReloadToken() ?? new CancellationChangeToken(CancellationToken.None);
}
