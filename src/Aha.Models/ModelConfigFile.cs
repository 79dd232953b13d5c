using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Models.Checkpoints;
using Aha.Models.Rotary;

namespace Aha.Models;

/// <summary>
/// <c>config.json</c> and <c>generation_config.json</c>. Both styles of rotary and type keys are read: <c>rope_theta</c>,
/// <c>rope_scaling</c>, <c>torch_dtype</c> (transformers 4) and <c>rope_parameters</c>, <c>dtype</c> (transformers 5); written are the
/// keys of both, so that either reads the folder.
/// </summary>
public static class ModelConfigFile
{
    public const string ConfigName = "config.json";
    public const string GenerationConfigName = "generation_config.json";
    private const string QuantisationKey = "quantization_config";

    private static readonly HashSet<string> s_tokenIds = ["bos_token_id", "eos_token_id", "pad_token_id"];

    // Written for every model from its configuration, or, like how its weights were stored, no longer true of what is written.
    private static readonly HashSet<string> s_known =
    [
        "architectures", "model_type", "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
        "head_dim", "hidden_act", "attention_bias", "max_position_embeddings", "rms_norm_eps", "initializer_range", "tie_word_embeddings", "torch_dtype", "dtype",
        QuantisationKey, RopeKeys.Theta, RopeKeys.Parameters, RopeKeys.Scaling, .. DeepSeekKeys.All, .. s_tokenIds,
    ];

    /// <summary>Reads a model folder's <c>config.json</c>, and further end-of-sequence ids from <c>generation_config.json</c> if it is there.</summary>
    /// <exception cref="ModelFormatException">A file is missing or no JSON, or a key is missing, impossible or not supported.</exception>
    public static ModelConfig Read(string folder)
    {
        string path = Path.Combine(folder, ConfigName);
        ModelConfig config;
        using (JsonDocument document = Parse(path)) config = Read(new ConfigReader(path, document.RootElement));
        string generationPath = Path.Combine(folder, GenerationConfigName);
        if (File.Exists(generationPath))
        {
            using JsonDocument document = Parse(generationPath);
            var reader = new ConfigReader(generationPath, document.RootElement);
            config = config with
            {
                EosTokenIds = [.. config.EosTokenIds.Union(reader.Ids("eos_token_id"))],
                BosTokenId = config.BosTokenId ?? reader.OptionalInt("bos_token_id"),
                PadTokenId = config.PadTokenId ?? reader.OptionalInt("pad_token_id"),
                OtherGenerationKeys = reader.Others(s_tokenIds),
            };
        }
        ModelConfigRules.Validate(config, path);
        return config;
    }

    /// <summary>The text of <c>config.json</c> for weights stored in a type: this decoder's keys in both styles, and the configuration's other keys.</summary>
    public static string Format(ModelConfig config, SafetensorsType type = SafetensorsType.F32)
    {
        DecoderArchitecture architecture = DecoderArchitecture.Find(config.ModelType);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.ScoreHead ? architecture.ScoreClassName : architecture.ClassName),
            ["model_type"] = config.ModelType,
            ["vocab_size"] = config.VocabSize,
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.NumHiddenLayers,
            ["num_attention_heads"] = config.NumAttentionHeads,
            ["num_key_value_heads"] = config.NumKeyValueHeads,
            ["head_dim"] = config.HeadDim,
            ["hidden_act"] = "silu",
            ["attention_bias"] = config.AttentionBias,
            ["max_position_embeddings"] = config.MaxPositionEmbeddings,
            ["rms_norm_eps"] = config.RmsNormEps,
            ["initializer_range"] = config.InitializerRange,
            ["tie_word_embeddings"] = config.TieWordEmbeddings,
            ["torch_dtype"] = type.ConfigName(),
            ["dtype"] = type.ConfigName(),
        };
        RopeKeys.Write(json, config);
        DeepSeekKeys.Write(json, config);
        if (type == SafetensorsType.F8_E4M3) json[QuantisationKey] = BlockScales.ConfigKeys();
        // How transformers counts labels: one, whose value is the score.
        if (config.ScoreHead) (json["id2label"], json["label2id"]) = (new JsonObject { ["0"] = "LABEL_0" }, new JsonObject { ["LABEL_0"] = 0 });
        AddTokenIds(json, config);
        json.TryAdd("use_cache", true);
        AddOthers(json, config.OtherKeys);
        return ToText(json);
    }

    /// <summary>The text of <c>generation_config.json</c>.</summary>
    public static string FormatGeneration(ModelConfig config)
    {
        var json = new JsonObject();
        AddTokenIds(json, config);
        AddOthers(json, config.OtherGenerationKeys);
        return ToText(json);
    }

    private static ModelConfig Read(ConfigReader reader)
    {
        string modelType = reader.String("model_type") ?? throw reader.Missing("model_type");
        if (!DecoderArchitecture.TryFind(modelType, out DecoderArchitecture? architecture))
            throw reader.Refused("model_type", $"'{modelType}' is not supported; known are {DecoderArchitecture.KnownNames}");
        reader.RequireOnly("hidden_act", "silu");
        if (reader.Object(QuantisationKey) is { } quantisation) BlockScales.RequireSupported(quantisation);
        if (reader.OptionalBool("mlp_bias") == true) throw reader.Refused("mlp_bias", "biases in the MLP are not supported");
        if (reader.OptionalBool("use_sliding_window") == true) throw reader.Refused("use_sliding_window", "sliding-window attention is not supported");
        reader.RequireOnlyFullAttention();

        int hidden = reader.Int("hidden_size"), heads = reader.Int("num_attention_heads");
        int positions = reader.OptionalInt("max_position_embeddings") ?? 2048;
        (double theta, RopeScaling? scaling) = RopeKeys.Read(reader, positions);
        return new ModelConfig
        {
            ModelType = modelType,
            VocabSize = reader.Int("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = reader.Int("intermediate_size"),
            NumHiddenLayers = reader.Int("num_hidden_layers"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = reader.OptionalInt("num_key_value_heads") ?? heads,
            HeadDim = architecture.LatentAttentionAndExperts ? reader.Int(DeepSeekKeys.RotaryHeadDim) : HeadDim(reader, hidden, heads),
            RmsNormEps = reader.OptionalDouble("rms_norm_eps") ?? 1e-6,
            RopeTheta = theta,
            RopeScaling = scaling,
            // All of transformers' classes here default to untied when the key is absent.
            TieWordEmbeddings = reader.OptionalBool("tie_word_embeddings") ?? false,
            AttentionBias = reader.OptionalBool("attention_bias") ?? architecture.AttentionBias,
            QueryKeyNorm = architecture.QueryKeyNorm,
            LatentAttention = architecture.LatentAttentionAndExperts ? DeepSeekKeys.LatentAttention(reader) : null,
            Experts = architecture.LatentAttentionAndExperts ? DeepSeekKeys.Experts(reader) : null,
            NextTokenPredictors = architecture.LatentAttentionAndExperts ? reader.OptionalInt(DeepSeekKeys.NextTokenPredictors) ?? 0 : 0,
            ScoreHead = reader.Strings("architectures").Any(DecoderArchitecture.NamesScores),
            MaxPositionEmbeddings = positions,
            InitializerRange = reader.OptionalDouble("initializer_range") ?? 0.02,
            BosTokenId = reader.OptionalInt("bos_token_id"),
            EosTokenIds = reader.Ids("eos_token_id"),
            PadTokenId = reader.OptionalInt("pad_token_id"),
            OtherKeys = reader.Others(s_known),
        };
    }

    private static int HeadDim(ConfigReader reader, int hidden, int heads)
    {
        if (reader.OptionalInt("head_dim") is int width) return width;
        if (heads <= 0 || hidden % heads != 0)
            throw reader.Refused("num_attention_heads", $"{heads} does not divide hidden_size {hidden}, and there is no head_dim");
        return hidden / heads;
    }

    private static void AddOthers(JsonObject json, IReadOnlyDictionary<string, JsonElement> others)
    {
        foreach ((string key, JsonElement value) in others) json.TryAdd(key, JsonNode.Parse(value.GetRawText()));
    }

    private static void AddTokenIds(JsonObject json, ModelConfig config)
    {
        if (config.BosTokenId is int bos) json["bos_token_id"] = bos;
        if (config.EosTokenIds.Count == 1) json["eos_token_id"] = config.EosTokenIds[0];
        else if (config.EosTokenIds.Count > 1) json["eos_token_id"] = new JsonArray([.. config.EosTokenIds.Select(id => (JsonNode)id)]);
        if (config.PadTokenId is int pad) json["pad_token_id"] = pad;
    }

    // Line feeds everywhere: the same model gives the same bytes on every system.
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n" };

    private static string ToText(JsonObject json) => json.ToJsonString(Indented) + "\n";

    internal static JsonDocument Parse(string path)
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (JsonException e)
        {
            throw new ModelFormatException(path, "", $"not JSON (line {e.LineNumber + 1})", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(path, "", File.Exists(path) ? $"cannot be read: {e.Message}" : "no such file; a model folder holds one", e);
        }
    }
}
