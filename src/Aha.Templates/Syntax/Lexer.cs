using Aha.Templates.Values;

namespace Aha.Templates.Syntax;

/// <summary>
/// Source to tokens, with white space handled as transformers sets Jinja up: <c>trim_blocks</c> (a line break right after a block or comment is dropped) and
/// <c>lstrip_blocks</c> (blanks between the start of a line and a block or comment are dropped); <c>-</c> strips all white space on its side, <c>+</c> keeps it.
/// </summary>
internal sealed class Lexer
{
    private static readonly string[] s_operators =
    [
        "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ];

    private readonly SourceText _source;
    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private readonly Stack<char> _open = new();
    private int _at;

    private Lexer(SourceText source) => (_source, _text) = (source, source.Text);

    /// <exception cref="TemplateException">A tag, comment or string does not end, or a character belongs to no token.</exception>
    public static IReadOnlyList<Token> Read(SourceText source)
    {
        var lexer = new Lexer(source);
        lexer.ReadRoot();
        return lexer._tokens;
    }

    private void ReadRoot()
    {
        while (NextTag() is int tag and >= 0)
        {
            char kind = _text[tag + 1];
            bool raw = kind == '%' && IsRaw(tag, out _);
            char sign = Sign(tag + 2);
            AddData(tag, sign, lstrip: kind != '{');
            _at = tag + (sign == ' ' ? 2 : 3);
            if (raw)
            {
                IsRaw(tag, out int begin);
                SkipRaw(tag, begin);
            }
            else if (kind == '#')
            {
                SkipComment(tag);
            }
            else
            {
                ReadTag(tag, kind == '{');
            }
        }

        if (_at < _text.Length)
        {
            Add(TokenKind.Data, _text[_at..], _at);
        }

        Add(TokenKind.End, "", _text.Length);
    }

    // The offset of the next {{, {% or {#; -1 where there is none.
    private int NextTag()
    {
        for (int i = _text.IndexOf('{', _at); i >= 0 && i + 1 < _text.Length; i = _text.IndexOf('{', i + 1))
        {
            if (_text[i + 1] is '{' or '%' or '#')
            {
                return i;
            }
        }

        return -1;
    }

    private void AddData(int end, char sign, bool lstrip)
    {
        int stop = end;
        if (sign == '-')
        {
            while (stop > _at && PythonText.IsSpace(_text[stop - 1]))
            {
                stop--;
            }
        }
        else if (sign != '+' && lstrip)
        {
            int line = end == _at ? -1 : _text.LastIndexOf('\n', end - 1, end - _at);
            bool startsLine = line >= 0 || _at == 0 || _text[_at - 1] == '\n';
            int blanks = line >= 0 ? line + 1 : _at;
            if (startsLine && AllBlank(blanks, end))
            {
                stop = blanks;
            }
        }

        if (stop > _at)
        {
            Add(TokenKind.Data, _text[_at..stop], _at);
        }
    }

    private void SkipComment(int start)
    {
        int end = _text.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw _source.Error(start, "the comment does not end");
        }

        char sign = end > _at ? _text[end - 1] : ' ';
        _at = end + 2;
        SkipAfter(sign, trimLineBreak: true);
    }

    // {% raw %}: its text is data, tags and all.
    private void SkipRaw(int start, int begin)
    {
        _at = begin;
        SkipAfter(_text[begin - 3], trimLineBreak: false);
        for (int i = _text.IndexOf("{%", _at, StringComparison.Ordinal); i >= 0; i = _text.IndexOf("{%", i + 1, StringComparison.Ordinal))
        {
            if (IsWordTag(i, "endraw", out int end))
            {
                AddData(i, Sign(i + 2), lstrip: true);
                char sign = _text[end - 3];
                _at = end;
                SkipAfter(sign, trimLineBreak: true);
                return;
            }
        }

        throw _source.Error(start, "'raw' does not end: {% endraw %} is missing");
    }

    private bool IsRaw(int tag, out int end) => IsWordTag(tag, "raw", out end) && _text[end - 3] != '+';

    private bool IsWordTag(int tag, string word, out int end)
    {
        int at = SkipSpace(tag + (Sign(tag + 2) == ' ' ? 2 : 3));
        end = at;
        if (string.CompareOrdinal(_text, at, word, 0, word.Length) != 0)
        {
            return false;
        }

        at = SkipSpace(at + word.Length);
        end = at + (Sign(at) == ' ' ? 2 : 3);
        return end <= _text.Length && _text[end - 2] == '%' && _text[end - 1] == '}';
    }

    private void ReadTag(int start, bool variable)
    {
        Add(variable ? TokenKind.VariableBegin : TokenKind.BlockBegin, "", start);
        _open.Clear();
        string close = variable ? "}}" : "%}";
        while (true)
        {
            _at = SkipSpace(_at);
            if (_at >= _text.Length)
            {
                throw _source.Error(start, $"the tag does not end: '{close}' is missing");
            }

            if (_open.Count == 0 && TryClose(close, variable))
            {
                return;
            }

            ReadToken();
        }
    }

    private bool TryClose(string close, bool variable)
    {
        char sign = Sign(_at);
        if (variable && sign == '+')
        {
            sign = ' ';
        }

        int at = _at + (sign == ' ' ? 0 : 1);
        if (string.CompareOrdinal(_text, at, close, 0, 2) != 0)
        {
            return false;
        }

        Add(variable ? TokenKind.VariableEnd : TokenKind.BlockEnd, "", _at);
        _at = at + 2;
        SkipAfter(sign, trimLineBreak: !variable);
        return true;
    }

    private void ReadToken()
    {
        int start = _at;
        char c = _text[start];
        if (char.IsAsciiDigit(c))
        {
            bool real = NumberReader.Read(_text, ref _at, afterDot: start > 0 && _text[start - 1] == '.');
            Add(real ? TokenKind.Float : TokenKind.Integer, _text[start.._at], start);
        }
        else if (IsWord(c))
        {
            while (_at < _text.Length && IsWord(_text[_at]))
            {
                _at++;
            }

            Add(TokenKind.Name, _text[start.._at], start);
        }
        else if (c is '\'' or '"')
        {
            Add(TokenKind.Text, TextReader.Read(_source, ref _at), start);
        }
        else
        {
            ReadOperator(start);
        }
    }

    private void ReadOperator(int start)
    {
        string? found = Array.Find(s_operators, o => string.CompareOrdinal(_text, start, o, 0, o.Length) == 0);
        switch (found)
        {
            case null:
                throw _source.Error(start, $"unexpected character '{_text[start]}'");
            case "(" or "[" or "{":
                _open.Push(found[0] switch { '(' => ')', '[' => ']', _ => '}' });
                break;
            case ")" or "]" or "}":
                Close(found[0], start);
                break;
        }

        _at += found.Length;
        Add(TokenKind.Operator, found, start);
    }

    private void Close(char bracket, int start)
    {
        if (!_open.TryPop(out char expected) || expected != bracket)
        {
            throw _source.Error(start, $"unexpected '{bracket}'{(expected == 0 ? "" : $", expected '{expected}'")}");
        }
    }

    private void SkipAfter(char sign, bool trimLineBreak)
    {
        if (sign == '-')
        {
            _at = SkipSpace(_at);
        }
        else if (sign != '+' && trimLineBreak && _at < _text.Length && _text[_at] == '\n')
        {
            _at++;
        }
    }

    private int SkipSpace(int at)
    {
        while (at < _text.Length && PythonText.IsSpace(_text[at]))
        {
            at++;
        }

        return at;
    }

    private bool AllBlank(int start, int end) => SkipSpace(start) >= end;

    private char Sign(int at) => at < _text.Length && _text[at] is ('-' or '+') ? _text[at] : ' ';

    private static bool IsWord(char c) => char.IsLetterOrDigit(c) || c == '_' || char.IsSurrogate(c);

    private void Add(TokenKind kind, string text, int offset) => _tokens.Add(new Token(kind, text, _source.At(offset)));
}
