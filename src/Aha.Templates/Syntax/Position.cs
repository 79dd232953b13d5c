namespace Aha.Templates.Syntax;

/// <summary>A place in a template's source: line and column, both from 1.</summary>
internal readonly record struct Position(int Line, int Column);
