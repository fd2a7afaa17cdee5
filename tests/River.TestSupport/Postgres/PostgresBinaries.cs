using System.Globalization;

namespace River.TestSupport.Postgres;

/// <summary>The folder that holds a server's programs.</summary>
internal sealed record PostgresBinaries(string Folder)
{
    public string Initdb => Program("initdb");

    public string Postgres => Program("postgres");

    /// <summary>
    /// PATH first, then the folders of the usual packages, newest version first. Null: no server is installed,
    /// or this is Windows, where the shell that stops an orphaned server is missing.
    /// </summary>
    public static PostgresBinaries? Find() => OperatingSystem.IsWindows()
        ? null
        : FoldersOnPath().Concat(FoldersOfPackages()).Select(folder => new PostgresBinaries(folder)).FirstOrDefault(binaries => binaries.Exist);

    private bool Exist => File.Exists(Initdb) && File.Exists(Postgres);

    private string Program(string name) => Path.Combine(Folder, name);

    private static IEnumerable<string> FoldersOnPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> FoldersOfPackages()
    {
        (string Root, string Prefix)[] places =
        [
            ("/usr/lib/postgresql", ""),            // Debian, Ubuntu
            ("/usr", "pgsql-"),                     // PostgreSQL's own packages for Red Hat
            ("/opt/homebrew/opt", "postgresql@"),   // Homebrew on Apple's processors
            ("/usr/local/opt", "postgresql@"),      // Homebrew on Intel's
        ];
        return places
            .Where(place => Directory.Exists(place.Root))
            .SelectMany(place => Directory.EnumerateDirectories(place.Root, place.Prefix + "*"), (place, folder) => (folder, version: VersionOf(folder, place.Prefix)))
            .OrderByDescending(found => found.version)
            .Select(found => Path.Combine(found.folder, "bin"));
    }

    private static int VersionOf(string folder, string prefix) =>
        int.TryParse(Path.GetFileName(folder).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;
}
