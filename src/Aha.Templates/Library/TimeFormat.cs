using System.Globalization;
using System.Text;

namespace Aha.Templates.Library;

/// <summary>C's <c>strftime</c> in the C locale, with glibc's <c>%-d</c> for no padding.</summary>
internal static class TimeFormat
{
    public static string Format(string format, DateTimeOffset time)
    {
        var output = new StringBuilder();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                output.Append(format[i]);
                continue;
            }

            bool padded = format[i + 1] != '-';
            i += padded ? 1 : 2;
            if (i == format.Length)
            {
                output.Append("%-");
                break;
            }

            string field = Field(format[i], time);
            output.Append(padded ? field : field.TrimStart('0', ' ') is { Length: > 0 } bare ? bare : "0");
        }

        return output.ToString();
    }

    private static string Field(char directive, DateTimeOffset time)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        return directive switch
        {
            'a' => time.ToString("ddd", culture),
            'A' => time.ToString("dddd", culture),
            'b' or 'h' => time.ToString("MMM", culture),
            'B' => time.ToString("MMMM", culture),
            'c' => time.ToString("ddd MMM", culture) + $" {time.Day,2} " + time.ToString("HH:mm:ss yyyy", culture),
            'C' => $"{time.Year / 100:00}",
            'd' => $"{time.Day:00}",
            'D' or 'x' => time.ToString("MM/dd/yy", culture),
            'e' => $"{time.Day,2}",
            'f' => $"{time.Ticks % TimeSpan.TicksPerSecond / 10:000000}",
            'F' => time.ToString("yyyy-MM-dd", culture),
            'g' => $"{ISOWeek.GetYear(time.DateTime) % 100:00}",
            'G' => $"{ISOWeek.GetYear(time.DateTime)}",
            'H' => $"{time.Hour:00}",
            'I' => $"{((time.Hour + 11) % 12) + 1:00}",
            'j' => $"{time.DayOfYear:000}",
            'k' => $"{time.Hour,2}",
            'l' => $"{((time.Hour + 11) % 12) + 1,2}",
            'm' => $"{time.Month:00}",
            'M' => $"{time.Minute:00}",
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'P' => time.Hour < 12 ? "am" : "pm",
            'r' => $"{((time.Hour + 11) % 12) + 1:00}" + time.ToString(":mm:ss ", culture) + (time.Hour < 12 ? "AM" : "PM"),
            'R' => time.ToString("HH:mm", culture),
            's' => $"{time.ToUnixTimeSeconds()}",
            'S' => $"{time.Second:00}",
            't' => "\t",
            'T' or 'X' => time.ToString("HH:mm:ss", culture),
            'u' => $"{(time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek)}",
            'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}",
            'V' => $"{ISOWeek.GetWeekOfYear(time.DateTime):00}",
            'w' => $"{(int)time.DayOfWeek}",
            'W' => $"{(time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7:00}",
            'y' => $"{time.Year % 100:00}",
            'Y' => $"{time.Year}",
            // datetime.now() carries no zone.
            'z' or 'Z' => "",
            '%' => "%",
            _ => throw new TemplateException($"strftime_now: %{directive} is no directive"),
        };
    }
}
