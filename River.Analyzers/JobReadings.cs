using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading;
using Microsoft.CodeAnalysis;
using River.Shapes;

namespace River.Analyzers;

/// <summary>The jobs of one compilation, each read once for all analyzers. Goes with its compilation.</summary>
internal sealed class JobReadings
{
    private static readonly ConditionalWeakTable<Compilation, JobReadings> PerCompilation = new();

    private readonly ConcurrentDictionary<INamedTypeSymbol, Reading<JobModel>> _readings = new(SymbolEqualityComparer.Default);

    public static Reading<JobModel> Of(INamedTypeSymbol job, KnownTypes known, CancellationToken cancellationToken)
    {
        var readings = PerCompilation.GetValue(known.Compilation, static _ => new JobReadings())._readings;
        return readings.TryGetValue(job, out var read) ? read : readings.GetOrAdd(job, JobShape.Read(job, known, cancellationToken));
    }
}
