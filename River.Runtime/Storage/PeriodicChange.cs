namespace River.Storage;

/// <summary>
/// How clients tell each other that a schedule was paused, resumed or triggered: on River's control channel, by an action
/// that River's own clients pass over as unknown.
/// </summary>
internal static class PeriodicChange
{
    public const string Action = "periodic_changed";
}
