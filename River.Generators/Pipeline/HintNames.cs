using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using River.Shapes;

namespace River.Generators.Pipeline;

/// <summary>
/// Names of generated files. The compiler takes two that differ only in case for the same, so those get a number; which
/// ones that are is nearly always the empty list, and so doesn't change with the jobs.
/// </summary>
internal sealed record HintNames(EquatableArray<string> Alike)
{
    // Our own files begin so; a job in a namespace of that name has a word that no other name can end with.
    private const string Own = "River.";
    private const string NotOwn = "-job";

    public static HintNames Of(IEnumerable<string> names) =>
        new(names.Distinct(StringComparer.Ordinal)
            .GroupBy(name => name, StringComparer.OrdinalIgnoreCase)
            .Where(alike => alike.Skip(1).Any())
            .SelectMany(alike => alike)
            .OrderBy(name => name, StringComparer.Ordinal)
            .ToEquatableArray());

    public string For(string name)
    {
        for (var i = 0; i < Alike.Count; i++)
        {
            if (Alike[i] == name)
                return FileName(name) + "-" + i.ToString(CultureInfo.InvariantCulture) + ".g.cs";
        }

        return FileName(name) + (name.StartsWith(Own, StringComparison.OrdinalIgnoreCase) ? NotOwn : "") + ".g.cs";
    }

    /// <summary>Identifiers may have marks that the names of generated files may not.</summary>
    private static string FileName(string name)
    {
        var file = new StringBuilder(name.Length);
        foreach (var c in name)
        {
            if (char.IsLetterOrDigit(c) || c is '.' or '_' or '+')
                file.Append(c);
            else
                file.Append('-').Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
        }

        return file.ToString();
    }
}
