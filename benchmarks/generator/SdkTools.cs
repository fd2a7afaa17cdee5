namespace River.Benchmarks.GeneratorCost;

/// <summary>The analyzers and generators that the SDK gives the compiler for every project, and how it sets their rules.</summary>
internal static class SdkTools
{
    /// <summary>The compiler's arguments for them, as <c>dotnet build</c> has them for a console project without any settings.</summary>
    /// <param name="compiler">The SDK's <c>csc.dll</c>.</param>
    public static IReadOnlyList<string> Arguments(string compiler)
    {
        var sdk = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(compiler)!, "..", ".."));
        var analyzers = Path.Combine(sdk, "Sdks", "Microsoft.NET.Sdk", "analyzers");
        var major = Environment.Version.Major;
        var packs = Path.GetFullPath(Path.Combine(sdk, "..", "..", "packs", "Microsoft.NETCore.App.Ref"));
        var pack = Directory.EnumerateDirectories(packs, $"{major}.*").OrderBy(folder => Version.TryParse(Path.GetFileName(folder), out var version) ? version : new Version()).Last();
        return
        [
            .. from file in Directory.EnumerateFiles(analyzers, "*.NetAnalyzers.dll")
               where !file.Contains("VisualBasic", StringComparison.Ordinal)
               select Analyzer(file),
            .. Directory.EnumerateFiles(Path.Combine(pack, "analyzers", "dotnet", "cs"), "*.dll").Order(StringComparer.Ordinal).Select(Analyzer),
            $"/analyzerconfig:\"{Path.Combine(analyzers, "build", "config", $"analysislevel_{major}_default.globalconfig")}\"",
        ];
    }

    private static string Analyzer(string file) => $"/analyzer:\"{file}\"";
}
