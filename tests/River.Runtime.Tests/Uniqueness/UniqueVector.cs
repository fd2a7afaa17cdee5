using System.Text.Json;
using System.Text.Json.Nodes;

namespace River.Tests.Uniqueness;

/// <summary>One case that River itself was asked about; see <c>unique_vectors.json</c>.</summary>
internal sealed record UniqueVector(JsonObject Json)
{
    public static IReadOnlyList<UniqueVector> All { get; } =
        [.. JsonNode.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Uniqueness", "unique_vectors.json")))!.AsArray().Select(node => new UniqueVector(node!.AsObject()))];

    public string Name => Text("name")!;

    public string Kind => Text("kind")!;

    public string Args => Text("encoded_args")!;

    public string Queue => Text("queue")!;

    public string Preimage => Text("preimage")!;

    public string? KeyHex => Text("unique_key_hex") is { Length: > 0 } hex ? hex : null;

    public string? StateBits => Text("unique_states_bits") is { Length: > 0 } bits ? bits : null;

    public bool HasError => Text("error") is not null;

    public DateTimeOffset Now => DateTimeOffset.Parse(Text("now")!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The marked members; a note in brackets may follow them.</summary>
    public IReadOnlyList<string> Marked =>
        [.. Text("river_unique_tags")!.Split(' ')[0].Split(',', StringSplitOptions.RemoveEmptyEntries)];

    public UniqueOptions Options
    {
        get
        {
            var options = Json["unique_opts"]!;
            var period = options["by_period_ns"]!.GetValue<long>();
            return new UniqueOptions
            {
                Args = options["by_args"]!.GetValue<bool>(),
                Period = period == 0 ? null : TimeSpan.FromTicks(period / 100),
                Queue = options["by_queue"]!.GetValue<bool>(),
                ExcludeKind = options["exclude_kind"]!.GetValue<bool>(),
                States = options["by_state"] is JsonArray states
                    ? states.Aggregate(JobStates.None, (set, state) => set | Enum.Parse<JobStates>(state!.GetValue<string>(), ignoreCase: true))
                    : JobStates.Default,
            };
        }
    }

    /// <summary>Whether River was given nothing to be unique by.</summary>
    public bool IsNotUnique => KeyHex is null && !HasError;

    private string? Text(string name) => Json[name] is { } node && node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : null;
}
