namespace Aha.Models.Checkpoints.Gguf;

/// <summary>A model's configuration as GGUF metadata, <c>llama.block_count</c> and the like, both ways.</summary>
internal static class GgufConfig
{
    private const string ArchitectureKey = "general.architecture";

    // ggml names these architectures as Hugging Face names the model types.
    private static readonly string[] Architectures = ["llama", "qwen2", "qwen3"];

    /// <exception cref="ModelFormatException">The architecture or one of its features is not supported, or a key is missing or impossible.</exception>
    public static ModelConfig Read(GgufFile file)
    {
        GgufMetadata metadata = file.Metadata;
        if (metadata.OptionalInt("split.count") is > 1)
            throw metadata.Refused("split.count", "one part of several; join them first with llama.cpp's 'llama-gguf-split --merge'");
        string architecture = metadata.Text(ArchitectureKey);
        if (!Architectures.Contains(architecture))
            throw metadata.Refused(ArchitectureKey, $"'{architecture}' is not supported; known are {string.Join(", ", Architectures)}");
        string Key(string name) => $"{architecture}.{name}";

        RequireDense(metadata, architecture);
        int hidden = metadata.Int(Key("embedding_length")), heads = metadata.Int(Key("attention.head_count"));
        int? headDim = metadata.OptionalInt(Key("attention.key_length")) ?? metadata.OptionalInt(Key("rope.dimension_count"));
        if (headDim is null && (heads <= 0 || hidden % heads != 0))
            throw metadata.Refused(Key("attention.head_count"), $"{heads} does not divide {Key("embedding_length")} {hidden}, and there is no {Key("attention.key_length")}");
        GgufSpecialTokens special = GgufSpecialTokens.Read(metadata);
        var config = new ModelConfig
        {
            ModelType = architecture,
            VocabSize = VocabularySize(file),
            HiddenSize = hidden,
            IntermediateSize = metadata.Int(Key("feed_forward_length")),
            NumHiddenLayers = metadata.Int(Key("block_count")),
            NumAttentionHeads = heads,
            NumKeyValueHeads = metadata.OptionalInt(Key("attention.head_count_kv")) ?? heads,
            HeadDim = headDim ?? hidden / heads,
            RmsNormEps = metadata.OptionalDouble(Key("attention.layer_norm_rms_epsilon")) ?? throw metadata.Refused(Key("attention.layer_norm_rms_epsilon"), "missing"),
            RopeTheta = metadata.OptionalDouble(Key("rope.freq_base")) ?? 10_000,
            TieWordEmbeddings = !file.TryFind(GgufNames.Head, out _),
            AttentionBias = file.TryFind("blk.0.attn_q.bias", out _),
            QueryKeyNorm = DecoderArchitecture.Find(architecture).QueryKeyNorm,
            MaxPositionEmbeddings = metadata.Int(Key("context_length")),
            BosTokenId = special.Bos,
            EosTokenIds = special.AllEos,
            PadTokenId = special.Padding,
        };
        RequireWholeRotation(metadata, architecture, config.HeadDim);
        ModelConfigRules.Validate(config, file.Path);
        return config with { RopeScaling = GgufRope.Read(file, config) };
    }

    /// <summary>The pairs that describe a model to llama.cpp, but for its tokenizer.</summary>
    /// <exception cref="ModelFormatException">The model type has no counterpart here.</exception>
    public static IReadOnlyList<KeyValuePair<string, object>> Write(ModelConfig config, string name, GgufTensorType type)
    {
        string architecture = config.ModelType;
        if (!Architectures.Contains(architecture))
            throw new ModelFormatException(ModelConfigFile.ConfigName, "model_type", $"'{architecture}' cannot be written as GGUF; known are {string.Join(", ", Architectures)}");
        return
        [
            new(ArchitectureKey, architecture),
            new("general.type", "model"),
            new("general.name", name),
            new("general.file_type", FileType(type)),
            new("general.quantization_version", 2u),
            new($"{architecture}.vocab_size", (uint)config.VocabSize),
            new($"{architecture}.context_length", (uint)config.MaxPositionEmbeddings),
            new($"{architecture}.embedding_length", (uint)config.HiddenSize),
            new($"{architecture}.block_count", (uint)config.NumHiddenLayers),
            new($"{architecture}.feed_forward_length", (uint)config.IntermediateSize),
            new($"{architecture}.attention.head_count", (uint)config.NumAttentionHeads),
            new($"{architecture}.attention.head_count_kv", (uint)config.NumKeyValueHeads),
            new($"{architecture}.attention.key_length", (uint)config.HeadDim),
            new($"{architecture}.attention.value_length", (uint)config.HeadDim),
            new($"{architecture}.attention.layer_norm_rms_epsilon", (float)config.RmsNormEps),
            new($"{architecture}.rope.dimension_count", (uint)config.HeadDim),
            new($"{architecture}.rope.freq_base", (float)config.RopeTheta),
            .. GgufRope.ToMetadata(config),
        ];
    }

    private static void RequireDense(GgufMetadata metadata, string architecture)
    {
        if (metadata.OptionalInt($"{architecture}.expert_count") is > 0)
            throw metadata.Refused($"{architecture}.expert_count", "a mixture of experts is not supported here");
        if (metadata.OptionalInt($"{architecture}.attention.sliding_window") is > 0)
            throw metadata.Refused($"{architecture}.attention.sliding_window", "sliding-window attention is not supported");
    }

    private static void RequireWholeRotation(GgufMetadata metadata, string architecture, int headDim)
    {
        foreach (string key in (ReadOnlySpan<string>)[$"{architecture}.rope.dimension_count", $"{architecture}.attention.value_length"])
        {
            if (metadata.OptionalInt(key) is int size && size != headDim) throw metadata.Refused(key, $"{size}, where heads have {headDim} elements, is not supported");
        }
    }

    // The matrix decides: vocab_size is optional, and a tokenizer may know fewer tokens.
    private static int VocabularySize(GgufFile file)
    {
        if (!file.TryFind(GgufNames.Embedding, out GgufEntry? embedding)) throw new ModelFormatException(file.Path, GgufNames.Embedding, "missing");
        if (embedding!.Shape is not [> 0 and <= int.MaxValue and long rows, _])
            throw new ModelFormatException(file.Path, GgufNames.Embedding, $"shape [{string.Join(", ", embedding.Shape)}] is no embedding matrix");
        return (int)rows;
    }

    /// <summary>llama.cpp's <c>llama_ftype</c>: what most of a file's elements are, for display.</summary>
    private static uint FileType(GgufTensorType type) => type switch
    {
        GgufTensorType.F32 => 0,
        GgufTensorType.F16 => 1,
        GgufTensorType.Q4_0 => 2,
        GgufTensorType.Q4_1 => 3,
        GgufTensorType.Q8_0 => 7,
        GgufTensorType.BF16 => 32,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type that is written"),
    };
}
