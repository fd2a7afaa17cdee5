using System.Diagnostics;

namespace River.TestSupport.Postgres;

/// <summary>Who runs the server: this process's user, or an unprivileged one when that is root, which PostgreSQL refuses.</summary>
internal sealed class ServerUser
{
    private readonly string[] _prefix;

    private ServerUser(params string[] prefix) => _prefix = prefix;

    public static ServerUser ForThisProcess() => Environment.IsPrivilegedProcess
        ? new ServerUser("runuser", "-u", Exists("postgres") ? "postgres" : "nobody", "--")
        : new ServerUser();

    private static bool Exists(string user) => File.ReadLines("/etc/passwd").Any(line => line.StartsWith(user + ":", StringComparison.Ordinal));

    /// <summary>Creates a folder of this user's own that nobody else may read.</summary>
    public async Task<string> CreateFolderAsync(CancellationToken cancellationToken)
    {
        // Root's TMPDIR may be closed to the other user; a socket's path must be short in any case.
        var parent = _prefix.Length == 0 ? Path.GetTempPath() : "/tmp";
        return (await RunAsync("mktemp", ["-d", Path.Combine(parent, "river-pg-XXXXXX")], input: null, cancellationToken).ConfigureAwait(false)).Trim();
    }

    /// <summary>Writes a file that only this user may read.</summary>
    public Task WriteFileAsync(string path, string content, CancellationToken cancellationToken) =>
        RunAsync("sh", ["-c", "umask 077; cat >\"$1\"", "sh", path], content, cancellationToken);

    /// <summary>How to start a program as this user, with its three streams piped.</summary>
    public ProcessStartInfo StartInfo(string program, IEnumerable<string> arguments)
    {
        string[] line = [.. _prefix, program, .. arguments];
        return new ProcessStartInfo(line[0], line[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
            Environment = { ["LC_ALL"] = "C" },
        };
    }

    public async Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input, CancellationToken cancellationToken)
    {
        using var process = Process.Start(StartInfo(program, arguments))!;
        if (input is not null)
            await process.StandardInput.WriteLineAsync(input.AsMemory(), cancellationToken).ConfigureAwait(false);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return process.ExitCode == 0
            ? await output.ConfigureAwait(false)
            : throw new PostgresUnavailableException($"'{program}' failed with exit code {process.ExitCode}:{Environment.NewLine}{await errors.ConfigureAwait(false)}");
    }
}
