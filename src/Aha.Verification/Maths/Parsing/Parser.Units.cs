using System.Text.RegularExpressions;
using Aha.Verification.Maths.Expressions;

namespace Aha.Verification.Maths.Parsing;

/// <summary>Words after a value: units, which do not count, and words that change it.</summary>
internal sealed partial class Parser
{
    /// <summary>A word after a number that changes it: 5 million, 20 percent, 3 squared. The rest of a text token is its unit.</summary>
    private Expr? ApplyWord(Expr value)
    {
        if (value is not Number number || InsideWord()) { return null; }
        string word = _token.Text.AsSpan().Trim().ToString();
        int space = word.IndexOf(' ', StringComparison.Ordinal);
        if (space > 0) { word = word[..space]; }
        Expr? applied = Vocabulary.Multipliers.TryGetValue(word, out long factor) ? new Number(number.Value * factor, number.IsDecimal)
            : word is "percent" or "Percent" && !number.IsPercent ? new Number(number.Value / 100, number.IsDecimal, isPercent: true)
            : word is "squared" ? new Power(number, new Number(2))
            : word is "cubed" ? new Power(number, new Number(3))
            : null;
        if (applied is not null) { Advance(); }
        return applied;
    }

    /// <summary>Skips words that stand after a value and name its unit, with their powers: \text{ inches}^2, cm^3, degrees.</summary>
    private bool SkipUnit()
    {
        bool unit = _token.Kind switch
        {
            TokenKind.Text => AtJoiner() is null,
            TokenKind.Command when _token.Text is "frac" or "dfrac" or "tfrac" => SkipFractionOfUnits(),
            TokenKind.Letters when _token.Text == "m" && _previousKind == TokenKind.Number && MetresPerSecond() => true,
            TokenKind.Letters => !InsideWord() && AtJoiner() is null && (_strict ? Vocabulary.ShortUnits.Contains(_token.Text) && _previousKind == TokenKind.Number : Vocabulary.IsUnit(_token.Text)),
            _ => false,
        };
        if (!unit) { return false; }
        _lastUnit = true;
        Advance();
        SkipUnitPower();
        return true;
    }

    /// <summary>\frac{\text{km}}{\text{h}} after a value is its unit; the current token is then its last brace.</summary>
    private bool SkipFractionOfUnits()
    {
        int position = _token.End;
        for (int part = 0; part < 2; part++)
        {
            position = _lexer.SkipSpace(position, out _);
            if (position >= _lexer.Source.Length || _lexer.Source[position] != '{' || _lexer.ReadRawGroup(position, out position) is not { } raw || !TextAlone().IsMatch(raw)) { return false; }
        }
        _token = _token with { End = position };
        return true;
    }

    [GeneratedRegex(@"^\s*\\(?:text|textrm|mathrm|mbox)\s*\{[A-Za-z. ]{1,30}\}(?:\^\{?[0-9]\}?)?\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex TextAlone();

    /// <summary>"5 m/s", in which the letters would otherwise be variables.</summary>
    private bool MetresPerSecond() => _lexer.Read(_token.End) is { Kind: TokenKind.Sign, Text: "/" } slash && _lexer.Read(slash.End) is { Kind: TokenKind.Letters, Text: "s" };

    /// <summary>Whether the current letters are the rest of a longer run, whose first letters were taken as variables.</summary>
    private bool InsideWord() => _token.Start > 0 && char.IsAsciiLetter(_lexer.Source[_token.Start - 1]) && !_token.SpaceBefore;

    private void SkipUnitPower()
    {
        if (_token.IsSign("²")) { Advance(); }
        if (!_token.IsSign("^")) { return; }
        Advance();
        if (_token.IsSign("{"))
        {
            if (_lexer.ReadRawGroup(_token.Start, out int end) is null) { return; }
            _token = _token with { End = end };
            Advance();
        }
        else
        {
            if (_token.IsSign("-")) { Advance(); }
            if (_token.Kind == TokenKind.Number) { Advance(); }
        }
    }
}
