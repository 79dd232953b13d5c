using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Aha.Tests.Models;

/// <summary>A reference checkpoint with the values that transformers computed from it.</summary>
internal sealed class GoldenModel
{
    private GoldenModel(string name)
    {
        Folder = Path.Combine(GoldenFiles.Root, "models", name);
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, "golden.json")));
        JsonElement root = document.RootElement;
        InputIds = root.GetProperty("input_ids").Deserialize<long[][]>()!;
        Loss = root.TryGetProperty("loss", out JsonElement loss) ? loss.GetDouble() : null;
        LogProbs = root.GetProperty("logprobs").Deserialize<double[][]>()!;
        LogitsRow0Last3 = root.GetProperty("logits_row0_last3").Deserialize<double[][]>()!;
        LogitsRow1Pos5 = root.TryGetProperty("logits_row1_pos5", out JsonElement logits) ? logits.Deserialize<double[]>() : null;
        BFloat16Error = root.TryGetProperty("bf16_max_abs_logit_error", out JsonElement error) ? error.GetDouble() : null;
        Gradients = root.TryGetProperty("grads_norm_first_last", out JsonElement gradients) ? gradients.Deserialize<Dictionary<string, double[]>>() : null;
    }

    public string Folder { get; }
    public long[][] InputIds { get; }
    /// <summary>Mean next-token cross-entropy; not given for every model.</summary>
    public double? Loss { get; }
    public double[][] LogProbs { get; }
    public double[][] LogitsRow0Last3 { get; }
    public double[]? LogitsRow1Pos5 { get; }

    /// <summary>The largest distance of the reference's own bf16 logits from its fp32 ones.</summary>
    public double? BFloat16Error { get; }

    /// <summary>By tensor: Euclidean norm, first and last element of the loss's gradient; given where <see cref="Loss"/> is.</summary>
    public Dictionary<string, double[]>? Gradients { get; }

    public static GoldenModel Read(string name) => new(name);
}

/// <summary>The reference values beside the tests' sources.</summary>
internal static class GoldenFiles
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", "Golden"));

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
