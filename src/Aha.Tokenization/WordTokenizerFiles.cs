using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Tokenization.Files;

namespace Aha.Tokenization;

/// <summary><see cref="WordTokenizer"/> as Hugging Face's <c>tokenizer.json</c> and <c>tokenizer_config.json</c>.</summary>
internal static class WordTokenizerFiles
{
    public static TokenizerFiles Format(string[] words)
    {
        var vocabulary = new JsonObject();
        var added = new JsonArray();
        for (int i = 0; i < words.Length; i++)
        {
            vocabulary[words[i]] = i;
            if (i < 3)
            {
                added.Add(new JsonObject
                {
                    ["id"] = i, ["content"] = words[i], ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true,
                });
            }
        }

        var tokenizer = new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "WhitespaceSplit" },
            ["post_processor"] = null,
            ["decoder"] = null,
            ["model"] = new JsonObject { ["type"] = "WordLevel", ["vocab"] = vocabulary, ["unk_token"] = WordTokenizer.Pad },
        };
        return new TokenizerFiles(tokenizer, TokenizerConfig.Format(WordTokenizer.Begin, WordTokenizer.End, WordTokenizer.Pad));
    }

    /// <summary>The words after the special tokens, in id order.</summary>
    public static string[] Read(JsonElement root, string path, IReadOnlyList<string> specials)
    {
        var words = new SortedDictionary<int, string>();
        foreach (JsonProperty entry in root.GetProperty("model").GetProperty("vocab").EnumerateObject())
        {
            words[entry.Value.GetInt32()] = entry.Name;
        }

        if (words.Count < specials.Count || !words.Values.Take(specials.Count).SequenceEqual(specials) || words.Keys.Last() != words.Count - 1)
        {
            throw new TokenizationException($"{path}: ids must run from 0 without a gap, and begin with {string.Join(", ", specials)}");
        }

        return [.. words.Values.Skip(specials.Count)];
    }
}
