using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using River.Serialization;

namespace River.Attempts;

/// <summary>What one attempt has logged, as lines of text; nothing is allocated for it before the first.</summary>
internal sealed class AttemptLog(JobLogOptions options, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LogLevel _level = options.Level;
    private readonly int _maxBytes = options.MaxBytesPerAttempt;
    private StringBuilder? _text;
    private int _bytes;
    private bool _isClosed;

    public bool IsEnabled(LogLevel level) => level >= _level && level != LogLevel.None && !_isClosed;

    public void Write(LogLevel level, string category, string message, Exception? error)
    {
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{time.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Name(level)} {category}: {message}{(error is null ? "" : $"\n{error}")}\n");
        line = SafeText.Storable(line);
        lock (_lock)
        {
            if (_isClosed || _bytes > _maxBytes)
                return;
            var bytes = Encoding.UTF8.GetByteCount(line);
            _text ??= new StringBuilder();
            if (_bytes + bytes <= _maxBytes)
            {
                _text.Append(line);
            }
            else
            {
                var kept = SafeText.Fitting(line, _maxBytes - _bytes);
                _text.Append(line, 0, kept).Append(CultureInfo.InvariantCulture, $"… (truncated: more than {_maxBytes} bytes)\n");
            }

            _bytes += bytes;
        }
    }

    /// <param name="isLast">Whether no more lines are taken.</param>
    /// <returns>All lines; null when there are none.</returns>
    public string? Read(bool isLast)
    {
        lock (_lock)
        {
            _isClosed |= isLast;
            return _text?.ToString();
        }
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace => "TRACE",
        LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARN",
        LogLevel.Error => "ERROR",
        _ => "FATAL",
    };
}
