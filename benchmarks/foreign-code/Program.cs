using River.Benchmarks.ForeignCode;

// dotnet run -c Release --project benchmarks/foreign-code -- <folder of C# projects> [<folder> …]
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: foreign-code <folder of C# projects> [<folder> ...]");
    return 2;
}

var isClean = true;
Console.WriteLine("| folder | projects | files | lines | files with compiler errors | compiler errors | projects with the probe seen | diagnostics |");
Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
foreach (var folder in args)
{
    var projects = SourceProject.Below(folder);
    var scan = new Scan(projects, isProbed: true);
    var scanned = new List<ScannedProject>();
    foreach (var project in projects)
    {
        var one = await scan.OfAsync(project, CancellationToken.None);
        Console.Error.WriteLine($"{one.Project}: {one.Lines} lines, {one.Errors} errors in {one.FilesInError} of {one.Files} files{(one.IsProbed ? "" : "; probe not seen")}");
        foreach (var found in one.Found)
            Console.Error.WriteLine("  " + found);
        scanned.Add(one);
    }

    Console.WriteLine($"| {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))} | {scanned.Count} | {scanned.Sum(one => one.Files):N0} | {scanned.Sum(one => one.Lines):N0} | {scanned.Sum(one => one.FilesInError):N0} | {scanned.Sum(one => one.Errors):N0} | {scanned.Count(one => one.IsProbed)} | {scanned.Sum(one => one.Found.Length)} |");
    isClean &= scanned.All(one => one.Found.IsEmpty && one.IsProbed);
}

return isClean ? 0 : 1;
