using Aha.Templates.Library;
using Aha.Templates.Syntax;
using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>Runs a template once. This part runs its statements.</summary>
internal sealed partial class Evaluator
{
    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    private readonly SourceText _source;
    private readonly Runtime _runtime;
    private readonly Output _output;

    // The place of what is being evaluated: where an error is reported.
    private Position _at = new(1, 1);

    private Evaluator(SourceText source, Runtime runtime) => (_source, _runtime, _output) = (source, runtime, new Output(runtime.Budget));

    private Budget Budget => _runtime.Budget;

    /// <exception cref="TemplateException">The template failed; the message names line and column.</exception>
    public static RenderedTemplate Run(SourceText source, IReadOnlyList<Statement> statements, IReadOnlyDictionary<string, Value> variables, TemplateLimits limits, TimeProvider time)
    {
        var evaluator = new Evaluator(source, new Runtime(new Budget(limits), time));
        var scope = new Scope(null);
        foreach ((string name, Value value) in GlobalFunctions.For(evaluator._runtime))
        {
            scope.Set(name, value);
        }

        foreach ((string name, Value value) in variables)
        {
            scope.Set(name, value);
        }

        try
        {
            evaluator.Execute(statements, new Scope(scope));
            return evaluator._output.Finish();
        }
        catch (TemplateException e) when (e.Line == 0)
        {
            throw source.Error(evaluator._at, e.Reason);
        }
    }

    private Flow Execute(IReadOnlyList<Statement> statements, Scope scope)
    {
        Budget.Enter();
        Flow flow = Flow.Next;
        for (int i = 0; i < statements.Count && flow == Flow.Next; i++)
        {
            _at = statements[i].At;
            Budget.Step();
            flow = Execute(statements[i], scope);
        }

        Budget.Leave();
        return flow;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case Data data:
                _output.Write(data.Text);
                return Flow.Next;
            case Print print:
                Value printed = Evaluate(print.Value, scope);
                _at = print.At;
                _output.Write(_runtime.Str(printed));
                return Flow.Next;
            case If choice:
                return ExecuteIf(choice, scope);
            case For loop:
                ExecuteFor(loop, Evaluate(loop.Items, scope), scope, depth: 0);
                return Flow.Next;
            case LoopControl control:
                return control.IsBreak ? Flow.Break : Flow.Continue;
            case Assignment assignment:
                Assign(assignment.Target, Evaluate(assignment.Value, scope), scope);
                return Flow.Next;
            case BlockAssignment block:
                return ExecuteBlockAssignment(block, scope);
            case MacroDefinition definition:
                scope.Set(definition.Macro.Name, new MacroValue(definition.Macro, scope));
                return Flow.Next;
            case CallBlock block:
                ExecuteCallBlock(block, scope);
                return Flow.Next;
            case FilterBlock block:
                (Value filtered, Flow flow) = Captured(block.Body, block.Filters, new Scope(scope));
                _output.Write(_runtime.Str(filtered));
                return flow;
            case With with:
                return ExecuteWith(with, scope);
            case Generation generation:
                Flow after = Flow.Next;
                _output.Generate(() => after = Execute(generation.Body, new Scope(scope)));
                return after;
            default:
                throw new InvalidOperationException($"unknown statement {statement.GetType().Name}");
        }
    }

    private Flow ExecuteIf(If choice, Scope scope)
    {
        foreach ((Expression condition, IReadOnlyList<Statement> body) in choice.Branches)
        {
            if (Evaluate(condition, scope).IsTrue)
            {
                return Execute(body, scope);
            }
        }

        return Execute(choice.Otherwise, scope);
    }

    private void ExecuteFor(For loop, Value over, Scope scope, int depth)
    {
        _at = loop.Items.At;
        List<Value> items = Iteration.ToList(over, Budget);
        if (loop.Condition is not null)
        {
            items = items.FindAll(item =>
            {
                var candidate = new Scope(scope);
                Assign(loop.Target, item, candidate);
                return Evaluate(loop.Condition, candidate).IsTrue;
            });
        }

        Func<Value, Value>? recurse = loop.Recursive
            ? inner => new TextValue(_output.Capture(() => ExecuteFor(loop, inner, scope, depth + 1)))
            : null;
        var variable = new LoopValue(items, depth, recurse, Budget);
        bool completed = false;
        for (int i = 0; i < items.Count; i++)
        {
            variable.Index = i;
            var inside = new Scope(scope);
            inside.Set("loop", variable);
            _at = loop.At;
            Assign(loop.Target, items[i], inside);
            Flow flow = Execute(loop.Body, inside);
            completed |= flow == Flow.Next;
            if (flow == Flow.Break)
            {
                break;
            }
        }

        // As Jinja compiles it: also where every iteration was cut short by break or continue.
        if (!completed)
        {
            Execute(loop.Otherwise, new Scope(scope));
        }
    }

    private Flow ExecuteBlockAssignment(BlockAssignment block, Scope scope)
    {
        (Value value, Flow flow) = Captured(block.Body, block.Filters, new Scope(scope));
        Assign(block.Target, value, scope);
        return flow;
    }

    private void ExecuteCallBlock(CallBlock block, Scope scope)
    {
        Value target = Evaluate(block.Call.Target, scope);
        Arguments arguments = Evaluate(block.Call.Arguments, scope);
        var caller = new MacroValue(block.Caller, scope);
        _at = block.Call.At;
        Value result = Call(target, new Arguments(arguments.Positional, [.. arguments.Named, ("caller", caller)]));
        _output.Write(_runtime.Str(result));
    }

    private Flow ExecuteWith(With with, Scope scope)
    {
        var inside = new Scope(scope);
        foreach ((Target target, Expression value) in with.Assignments)
        {
            // Values are those of the names around the block, not of the ones it has just set.
            Assign(target, Evaluate(value, scope), inside);
        }

        return Execute(with.Body, inside);
    }

    private (Value Text, Flow Flow) Captured(IReadOnlyList<Statement> body, IReadOnlyList<FilterCall> filters, Scope scope)
    {
        Flow flow = Flow.Next;
        Value text = new TextValue(_output.Capture(() => flow = Execute(body, scope)));
        foreach (FilterCall filter in filters)
        {
            text = Apply(filter, text, scope);
        }

        return (text, flow);
    }

    private void Assign(Target target, Value value, Scope scope)
    {
        switch (target)
        {
            case NameTarget name:
                scope.Set(name.Name, value);
                break;
            case NamespaceTarget attribute:
                _at = attribute.At;
                var space = scope.Find(attribute.Name) as NamespaceValue ?? throw new TemplateException("cannot assign attribute on non-namespace object");
                Budget.Allocate(16);
                space.Attributes[attribute.Attribute] = value;
                break;
            case TupleTarget tuple:
                _at = tuple.At;
                Unpack(tuple, value, scope);
                break;
        }
    }

    private void Unpack(TupleTarget target, Value value, Scope scope)
    {
        Operators.RequireDefined(value);
        List<Value> parts = [];
        foreach (Value part in Iteration.Of(value, Budget))
        {
            if (parts.Count == target.Items.Count)
            {
                throw new TemplateException($"too many values to unpack (expected {target.Items.Count})");
            }

            parts.Add(part);
        }

        if (parts.Count < target.Items.Count)
        {
            throw new TemplateException($"not enough values to unpack (expected {target.Items.Count}, got {parts.Count})");
        }

        for (int i = 0; i < parts.Count; i++)
        {
            Assign(target.Items[i], parts[i], scope);
        }
    }
}
