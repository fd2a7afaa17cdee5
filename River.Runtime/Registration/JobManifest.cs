using System.ComponentModel;

namespace River;

/// <summary>Everything that one assembly registers. Made by generated code and handed to <see cref="RiverBuilder.AddManifest"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class JobManifest
{
    /// <summary>Makes a manifest.</summary>
    /// <param name="assembly">The assembly's name; a second manifest of that name is passed over.</param>
    public JobManifest(string assembly) => Assembly = assembly;

    /// <summary>The assembly's name.</summary>
    public string Assembly { get; }

    /// <summary>The declared job types.</summary>
    public IReadOnlyList<JobDescriptor> Jobs { get; init; } = [];

    /// <summary>The workers, and the jobs that work themselves.</summary>
    public IReadOnlyList<WorkerRegistration> Workers { get; init; } = [];

    /// <summary>The declared queues.</summary>
    public IReadOnlyList<QueueDeclaration> Queues { get; init; } = [];

    /// <summary>The declared schedules.</summary>
    public IReadOnlyList<ScheduleRegistration> Schedules { get; init; } = [];
}

/// <summary>A queue that an assembly declares.</summary>
/// <param name="Name">The name, or a pattern with one <c>*</c>.</param>
/// <param name="MaxWorkers">How many jobs one process runs at once by default.</param>
/// <param name="Dynamic">Whether the name is a pattern.</param>
/// <param name="External">Whether another service works it.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record QueueDeclaration(string Name, int MaxWorkers = 100, bool Dynamic = false, bool External = false);

/// <summary>A service that a worker asks for, checked when the host starts.</summary>
/// <param name="Type">The service's type.</param>
/// <param name="Name">The parameter's name.</param>
/// <param name="Key">The service's key; null when it has none.</param>
/// <param name="IsOptional">Whether the parameter has a default.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record ServiceDependency(Type Type, string Name, object? Key = null, bool IsOptional = false);

/// <summary>
/// Written by the generator into every assembly with jobs, workers, queues or schedules, and read by the generator and
/// the analyzers of assemblies that reference it.
/// </summary>
/// <param name="abi">The version of the agreement between generated code and runtime.</param>
/// <param name="registration">The public type whose static <c>Register(RiverBuilder)</c> adds the assembly's manifest; null in a program.</param>
[AttributeUsage(AttributeTargets.Assembly)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class RiverManifestAttribute(int abi, Type? registration) : Attribute
{
    /// <summary>The version of the agreement that this runtime keeps.</summary>
    public const int CurrentAbi = 1;

    /// <summary>The version of the agreement between generated code and runtime.</summary>
    public int Abi { get; } = abi;

    /// <summary>The public type whose static <c>Register(RiverBuilder)</c> adds the assembly's manifest; null in a program.</summary>
    public Type? Registration { get; } = registration;

    /// <summary>One self-contained fact a line.</summary>
    public string[] Facts { get; set; } = [];
}
