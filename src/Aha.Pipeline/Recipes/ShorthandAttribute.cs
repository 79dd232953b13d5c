namespace Aha.Pipeline.Recipes;

/// <summary>A record that a recipe may write as a single value: that of one key.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class ShorthandAttribute(string key) : Attribute
{
    public string Key => key;
}
