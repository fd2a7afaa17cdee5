using Xunit;

namespace River.Tests.Harness;

/// <summary>Tests of how soon something happens: they run one by one, when those that run side by side are done.</summary>
[CollectionDefinition(nameof(Quiet), DisableParallelization = true)]
public sealed class Quiet;
