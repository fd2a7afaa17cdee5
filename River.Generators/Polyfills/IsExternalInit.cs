using System.ComponentModel;

namespace System.Runtime.CompilerServices;

/// <summary>What the compiler asks for in records, and .NET Standard 2.0 lacks.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
internal static class IsExternalInit
{
}
