using System.Text.Json;
using Aha.Verification.Json;

namespace Aha.Verification.Grading;

/// <summary><c>aha grade json</c>: <c>{"schema", "instance" or "text"}</c> to verdict and <c>errors</c>.</summary>
public sealed class JsonGrader : ILineGrader
{
    public string Kind => "json";

    public void Grade(JsonElement input, Utf8JsonWriter output)
    {
        JsonElement schema = InputField.Required(input, "schema");
        SchemaResult result;
        if (InputField.TryGet(input, "instance", out JsonElement instance)) result = SchemaValidator.Validate(schema, instance);
        else if (InputField.TryGet(input, "text", out JsonElement text)) result = SchemaValidator.ValidateText(schema, InputField.TextOf(text, "the field 'text'"));
        else throw new GradeInputException("neither the field 'instance' nor the field 'text' is there");
        output.WriteVerdict(result.Verdict);
        output.WriteStartArray("errors");
        foreach (string error in result.Errors) output.WriteStringValue(error);
        output.WriteEndArray();
    }
}
