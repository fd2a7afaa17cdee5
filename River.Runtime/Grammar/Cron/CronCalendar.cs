using System;

namespace River.Grammar.Cron;

/// <summary>The wall-clock times that the fields allow, in a calendar without time zones.</summary>
internal sealed class CronCalendar
{
    private const int Sunday = 7;
    private static readonly int[] LongestMonths = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

    private readonly CronValues _seconds;
    private readonly CronValues _minutes;
    private readonly CronValues _hours;
    private readonly CronValues _days;
    private readonly CronValues _months;
    private readonly CronValues _weekdays;

    public CronCalendar(CronValues seconds, CronValues minutes, CronValues hours, CronValues days, CronValues months, CronValues weekdays)
    {
        _seconds = seconds;
        _minutes = minutes;
        _hours = hours;
        _days = days;
        _months = months;
        _weekdays = weekdays;
    }

    /// <summary>The time of day is a rhythm (a star, range or step in second, minute or hour), not a list of points.</summary>
    public bool IsInterval => _seconds.IsInterval || _minutes.IsInterval || _hours.IsInterval;

    /// <summary>No allowed month has an allowed day, as in 30 February.</summary>
    public bool IsEmpty
    {
        get
        {
            // A restricted day of the week comes round in every month.
            if (!_weekdays.IsStar || _days.IsStar)
                return false;
            var firstDay = _days.From(1);
            for (var month = _months.From(1); month > 0; month = _months.From(month + 1))
            {
                if (firstDay <= LongestMonths[month - 1])
                    return false;
            }

            return true;
        }
    }

    /// <summary>The first allowed time at or after a whole second; null past the end of the calendar.</summary>
    public DateTime? From(DateTime wall)
    {
        if (_months.Contains(wall.Month) && AllowsDay(wall.Day, wall.DayOfWeek))
        {
            var time = TimeFrom(wall.Hour, wall.Minute, wall.Second);
            if (time is not null)
                return wall.Date + time;
        }

        return DayAfter(wall) + FirstTime(_hours.From(0));
    }

    private DateTime? DayAfter(DateTime wall)
    {
        var firstDay = wall.Day + 1;
        var month = wall.Month;
        for (var year = wall.Year; year <= DateTime.MaxValue.Year; year++, month = 1)
        {
            for (; month <= 12; month++, firstDay = 1)
            {
                var day = _months.Contains(month) ? DayFrom(year, month, firstDay) : 0;
                if (day > 0)
                    return new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Unspecified);
            }
        }

        return null;
    }

    private int DayFrom(int year, int month, int firstDay)
    {
        var weekday = (int)new DateTime(year, month, 1, 0, 0, 0, DateTimeKind.Unspecified).DayOfWeek;
        for (var day = firstDay; day <= DateTime.DaysInMonth(year, month); day++)
        {
            if (AllowsDay(day, (DayOfWeek)((weekday + day - 1) % 7)))
                return day;
        }

        return 0;
    }

    // Both restricted: either is enough. Otherwise the star allows everything and the other one decides.
    private bool AllowsDay(int day, DayOfWeek weekday)
    {
        var byDay = _days.Contains(day);
        var byWeekday = _weekdays.Contains((int)weekday) || (weekday == DayOfWeek.Sunday && _weekdays.Contains(Sunday));
        return _days.IsStar || _weekdays.IsStar ? byDay && byWeekday : byDay || byWeekday;
    }

    private TimeSpan? TimeFrom(int hour, int minute, int second)
    {
        if (_hours.Contains(hour))
        {
            if (_minutes.Contains(minute) && _seconds.From(second) is >= 0 and var nextSecond)
                return new TimeSpan(hour, minute, nextSecond);
            if (_minutes.From(minute + 1) is >= 0 and var nextMinute)
                return new TimeSpan(hour, nextMinute, _seconds.From(0));
        }

        return _hours.From(hour + 1) is >= 0 and var nextHour ? FirstTime(nextHour) : null;
    }

    private TimeSpan FirstTime(int hour) => new(hour, _minutes.From(0), _seconds.From(0));
}
