using Aha.Templates.Library;
using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>What a rendering shares with the functions it calls: its budget and its clock.</summary>
internal sealed class Runtime(Budget budget, TimeProvider time)
{
    public Budget Budget => budget;

    public TimeProvider Time => time;

    /// <exception cref="TemplateException">There is no filter of this name, or it failed.</exception>
    public Value Filter(string name, Value input, Arguments arguments)
    {
        budget.Step();
        return Filters.Find(name)(this, input, arguments);
    }

    /// <exception cref="TemplateException">There is no test of this name, or it failed.</exception>
    public bool Test(string name, Value input, Arguments arguments)
    {
        budget.Step();
        return Tests.Find(name)(this, input, arguments);
    }

    public string Str(Value value) => PythonPrinter.Str(value, budget);
}
