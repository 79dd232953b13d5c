using Aha.Templates.Library;
using Aha.Templates.Syntax;
using Aha.Templates.Values;

namespace Aha.Templates.Evaluation;

/// <summary>This part computes expressions and calls.</summary>
internal sealed partial class Evaluator
{
    private Value Evaluate(Expression expression, Scope scope)
    {
        Budget.Enter();
        Value value = expression switch
        {
            Constant constant => constant.Value,
            Name name => scope.Find(name.Text) ?? new UndefinedValue($"'{name.Text}' is undefined"),
            AttributeAccess access => EvaluateAttribute(access, scope),
            Subscript subscript => EvaluateSubscript(subscript, scope),
            SliceAccess slice => EvaluateSlice(slice, scope),
            Call call => EvaluateCall(call, scope),
            Filtered filtered => Apply(filtered.Filter, Evaluate(filtered.Operand, scope), scope),
            Tested tested => EvaluateTest(tested, scope),
            Negation negation => BoolValue.Of(!Evaluate(negation.Operand, scope).IsTrue),
            Signed signed => EvaluateSigned(signed, scope),
            Arithmetic arithmetic => EvaluateArithmetic(arithmetic, scope),
            Concatenation concatenation => EvaluateConcatenation(concatenation, scope),
            Comparison comparison => EvaluateComparison(comparison, scope),
            Logical logical => EvaluateLogical(logical, scope),
            Conditional conditional => EvaluateConditional(conditional, scope),
            ListDisplay list => Budget.List(EvaluateAll(list.Items, scope)),
            TupleDisplay tuple => new TupleValue([.. EvaluateAll(tuple.Items, scope)]),
            DictDisplay dict => EvaluateDict(dict, scope),
            _ => throw new InvalidOperationException($"unknown expression {expression.GetType().Name}"),
        };
        Budget.Leave();
        return value;
    }

    private Value EvaluateAttribute(AttributeAccess access, Scope scope)
    {
        Value target = Evaluate(access.Target, scope);
        _at = access.At;
        return Members.Attribute(target, access.Attribute, Budget);
    }

    private Value EvaluateSubscript(Subscript subscript, Scope scope)
    {
        Value target = Evaluate(subscript.Target, scope);
        Value index = Evaluate(subscript.Index, scope);
        _at = subscript.At;
        return Members.Item(target, index, Budget);
    }

    private Value EvaluateSlice(SliceAccess slice, Scope scope)
    {
        Value target = Evaluate(slice.Target, scope);
        Value? start = slice.Start is null ? null : Evaluate(slice.Start, scope);
        Value? stop = slice.Stop is null ? null : Evaluate(slice.Stop, scope);
        Value? step = slice.Step is null ? null : Evaluate(slice.Step, scope);
        _at = slice.At;
        return Iteration.Slice(target, start, stop, step, Budget) ?? throw new TemplateException(
            target is DictValue ? "unhashable type: 'slice'" : $"'{target.TypeName}' object is not subscriptable");
    }

    private BoolValue EvaluateTest(Tested tested, Scope scope)
    {
        Value operand = Evaluate(tested.Operand, scope);
        Arguments arguments = Evaluate(tested.Arguments, scope);
        _at = tested.At;
        return BoolValue.Of(_runtime.Test(tested.Test, operand, arguments));
    }

    private Value EvaluateSigned(Signed signed, Scope scope)
    {
        Value operand = Evaluate(signed.Operand, scope);
        _at = signed.At;
        return Operators.Sign(signed.Operator, operand);
    }

    private Value EvaluateArithmetic(Arithmetic arithmetic, Scope scope)
    {
        Value left = Evaluate(arithmetic.Left, scope);
        Value right = Evaluate(arithmetic.Right, scope);
        _at = arithmetic.At;
        return Operators.Arithmetic(arithmetic.Operator, left, right, Budget);
    }

    private TextValue EvaluateConcatenation(Concatenation concatenation, Scope scope)
    {
        List<Value> items = EvaluateAll(concatenation.Items, scope);
        _at = concatenation.At;
        return Operators.Concatenate(items, Budget);
    }

    private BoolValue EvaluateComparison(Comparison comparison, Scope scope)
    {
        Value left = Evaluate(comparison.First, scope);
        foreach ((string name, Expression operand) in comparison.Rest)
        {
            Value right = Evaluate(operand, scope);
            _at = comparison.At;
            if (!Operators.Compare(name, left, right, Budget))
            {
                return BoolValue.False;
            }

            left = right;
        }

        return BoolValue.True;
    }

    private Value EvaluateLogical(Logical logical, Scope scope)
    {
        Value left = Evaluate(logical.Left, scope);
        return left.IsTrue == logical.IsAnd ? Evaluate(logical.Right, scope) : left;
    }

    private Value EvaluateConditional(Conditional conditional, Scope scope) =>
        Evaluate(conditional.Condition, scope).IsTrue ? Evaluate(conditional.Then, scope)
        : conditional.Otherwise is not null ? Evaluate(conditional.Otherwise, scope)
        : new UndefinedValue("the inline if-expression evaluated to false and no else section was defined.");

    private List<Value> EvaluateAll(IReadOnlyList<Expression> expressions, Scope scope)
    {
        Budget.Allocate(8L * expressions.Count);
        var values = new List<Value>(expressions.Count);
        foreach (Expression expression in expressions)
        {
            values.Add(Evaluate(expression, scope));
        }

        return values;
    }

    private DictValue EvaluateDict(DictDisplay display, Scope scope)
    {
        var dict = new DictValue();
        foreach ((Expression key, Expression value) in display.Items)
        {
            Value name = Evaluate(key, scope);
            Value content = Evaluate(value, scope);
            _at = key.At;
            dict.Set(name, content, Budget);
        }

        return dict;
    }

    private Value Apply(FilterCall filter, Value input, Scope scope)
    {
        Arguments arguments = Evaluate(filter.Arguments, scope);
        _at = filter.At;
        return _runtime.Filter(filter.Name, input, arguments);
    }

    private Value EvaluateCall(Call call, Scope scope)
    {
        Value target = Evaluate(call.Target, scope);
        Arguments arguments = Evaluate(call.Arguments, scope);
        _at = call.At;
        Value result = Call(target, arguments);
        _at = call.At;
        return result;
    }

    private Arguments Evaluate(CallArguments arguments, Scope scope)
    {
        if (ReferenceEquals(arguments, CallArguments.None))
        {
            return Arguments.None;
        }

        List<Value> positional = EvaluateAll(arguments.Positional, scope);
        var named = new List<(string, Value)>(arguments.Named.Count);
        foreach ((string name, Expression value) in arguments.Named)
        {
            named.Add((name, Evaluate(value, scope)));
        }

        if (arguments.Sequence is not null)
        {
            positional.AddRange(Iteration.ToList(Evaluate(arguments.Sequence, scope), Budget));
        }

        if (arguments.Mapping is not null)
        {
            DictValue mapping = Evaluate(arguments.Mapping, scope) as DictValue ?? throw new TemplateException("the argument after ** must be a mapping");
            Budget.Allocate(16L * mapping.Count);
            named.AddRange(mapping.Items.Select(i => (_runtime.Str(i.Key), i.Value)));
        }

        return new Arguments(positional, named);
    }

    private Value Call(Value target, Arguments arguments)
    {
        switch (target)
        {
            case FunctionValue function:
                return function.Call(arguments);
            case MacroValue macro:
                return CallMacro(macro, arguments);
            case LoopValue loop:
                return loop.Recurse(arguments);
            case UndefinedValue undefined:
                throw undefined.Error();
            default:
                throw new TemplateException($"'{target.TypeName}' object is not callable");
        }
    }

    private TextValue CallMacro(MacroValue value, Arguments arguments)
    {
        Budget.Enter();
        Macro macro = value.Macro;
        var scope = new Scope(value.Scope);
        IReadOnlyList<(string Name, Expression? Default)> parameters = macro.Parameters;
        if (arguments.Positional.Count > parameters.Count && !macro.UsesVarargs)
        {
            throw new TemplateException($"macro '{macro.Name}' takes not more than {parameters.Count} argument(s)");
        }

        BindNamed(macro, arguments, scope);
        for (int i = 0; i < parameters.Count; i++)
        {
            (string name, Expression? missing) = parameters[i];
            bool named = arguments.Named.Any(n => n.Name == name);
            if (i < arguments.Positional.Count)
            {
                scope.Set(name, named ? throw new TemplateException($"macro '{macro.Name}' got multiple values for argument '{name}'") : arguments.Positional[i]);
            }
            else if (!named)
            {
                scope.Set(name, missing is null ? new UndefinedValue($"parameter '{name}' was not provided") : Evaluate(missing, scope));
            }
        }

        if (macro.UsesVarargs)
        {
            scope.Set("varargs", new TupleValue([.. arguments.Positional.Skip(parameters.Count)]));
        }

        var text = new TextValue(_output.Capture(() => Execute(macro.Body, scope)));
        Budget.Leave();
        return text;
    }

    private void BindNamed(Macro macro, Arguments arguments, Scope scope)
    {
        var others = new DictValue();
        if (macro.UsesCaller)
        {
            scope.Set("caller", new UndefinedValue("No caller defined"));
        }

        foreach ((string name, Value value) in arguments.Named)
        {
            if (macro.Parameters.Any(p => p.Name == name) || (name == "caller" && macro.UsesCaller))
            {
                scope.Set(name, value);
            }
            else if (macro.UsesKwargs)
            {
                others.Set(new TextValue(name), value, Budget);
            }
            else
            {
                throw new TemplateException($"macro '{macro.Name}' takes no keyword argument '{name}'");
            }
        }

        if (macro.UsesKwargs)
        {
            scope.Set("kwargs", others);
        }
    }
}
