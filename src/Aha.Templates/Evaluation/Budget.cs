using System.Runtime.CompilerServices;
using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>Counts the work of one rendering: every loop that a template or its input can lengthen charges it.</summary>
internal sealed class Budget(TemplateLimits limits)
{
    private long _steps = limits.Steps;
    private long _allocation = limits.Allocation;
    private int _depth;

    /// <summary>Takes steps of evaluation.</summary>
    public void Step(long count = 1)
    {
        _steps -= count;
        if (_steps < 0)
        {
            throw new TemplateException($"the template needs more than {limits.Steps} steps; it was stopped");
        }
    }

    /// <summary>Takes characters or list elements that are about to be made: ask first, then allocate.</summary>
    public void Allocate(long count)
    {
        _allocation -= count;
        if (_allocation < 0 || count < 0)
        {
            throw new TemplateException($"the template makes more than {limits.Allocation} characters and elements; it was stopped");
        }

        Step(count >> 6);
    }

    /// <summary>Charges for reading through a text.</summary>
    public void Read(long characters) => Step(characters >> 6);

    /// <summary>Charges for a search; the worst case of a search is the product of both lengths.</summary>
    public void Search(long text, long pattern) => Step((text >> 6) + (text * pattern >> 12));

    /// <summary>Charges for arithmetic on long numbers, and for reading and writing them: the product of both lengths.</summary>
    public void Compute(long bits, long otherBits) => Step((bits >> 6) * (otherBits >> 6) >> 3);

    /// <summary>A text that an operation made, paid for.</summary>
    public TextValue Text(string text, bool isMarkup = false)
    {
        Allocate(text.Length);
        return new TextValue(text, isMarkup);
    }

    /// <summary>A list that an operation made, paid for.</summary>
    public ListValue List(List<Value> items)
    {
        Allocate(8L * items.Count);
        return new ListValue(items);
    }

    /// <summary>Goes one level deeper; every call needs its <see cref="Leave"/>.</summary>
    public void Enter()
    {
        // The native stack is the second bound: threads differ in theirs.
        if (++_depth > limits.Depth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateException($"nested more than {limits.Depth} levels deep");
        }

        Step();
    }

    public void Leave() => _depth--;
}
