using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aha.Tokenization.Files;

/// <summary>The <c>post_processor</c> of a <c>tokenizer.json</c>: what is put before and after a text on request.</summary>
internal static class PostProcessor
{
    /// <exception cref="TokenizationException">It is of another kind than a template.</exception>
    public static (int[] Prefix, int[] Suffix) Read(JsonElement? processor, string path)
    {
        if (processor is not { } given)
        {
            return ([], []);
        }

        switch (TokenizerJson.Text(given, "type"))
        {
            case "ByteLevel":
                return ([], []);
            case "TemplateProcessing":
                return Template(given);
            case "Sequence":
                int[] prefix = [], suffix = [];
                foreach (JsonElement part in given.GetProperty("processors").EnumerateArray())
                {
                    (int[] before, int[] after) = Read(part, path);
                    (prefix, suffix) = ([.. before, .. prefix], [.. suffix, .. after]);
                }

                return (prefix, suffix);
            case var kind:
                throw new TokenizationException($"{path}: the post-processor {kind} is not one Aha knows (it knows TemplateProcessing and ByteLevel)");
        }
    }

    public static JsonObject? Format(IReadOnlyList<int> prefix, IReadOnlyList<int> suffix, Func<int, string> contentOf)
    {
        if (prefix.Count + suffix.Count == 0)
        {
            return null;
        }

        var tokens = new JsonObject();
        foreach (int id in prefix.Concat(suffix).Distinct())
        {
            tokens[contentOf(id)] = new JsonObject { ["id"] = contentOf(id), ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(contentOf(id)) };
        }

        JsonNode Special(int id, int type) => new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = contentOf(id), ["type_id"] = type } };
        JsonNode Sequence(string name, int type) => new JsonObject { ["Sequence"] = new JsonObject { ["id"] = name, ["type_id"] = type } };
        JsonNode[] Around(string name, int type) => [.. prefix.Select(id => Special(id, type)), Sequence(name, type), .. suffix.Select(id => Special(id, type))];
        return new JsonObject
        {
            ["type"] = "TemplateProcessing",
            ["single"] = new JsonArray(Around("A", 0)),
            ["pair"] = new JsonArray([.. Around("A", 0), .. Around("B", 1)]),
            ["special_tokens"] = tokens,
        };
    }

    private static (int[] Prefix, int[] Suffix) Template(JsonElement template)
    {
        var prefix = new List<int>();
        var suffix = new List<int>();
        List<int> now = prefix;
        foreach (JsonElement part in template.GetProperty("single").EnumerateArray())
        {
            if (part.TryGetProperty("SpecialToken", out JsonElement token))
            {
                string name = token.GetProperty("id").GetString() ?? throw new FormatException("a special token of the post-processor has no id");
                now.AddRange(template.GetProperty("special_tokens").GetProperty(name).GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
            }
            else
            {
                now = suffix;
            }
        }

        return ([.. prefix], [.. suffix]);
    }
}
