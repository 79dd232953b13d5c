namespace Aha.Models.Adapters;

/// <summary>One adapted matrix.</summary>
/// <param name="Name">The matrix's Hugging Face name.</param>
/// <param name="Down">A, [r, in].</param>
/// <param name="Up">B, [out, r].</param>
internal sealed record LoraTarget(string Name, ParameterSlice Down, ParameterSlice Up)
{
    private const string Suffix = ".weight";

    /// <summary>PEFT's name of A; with <paramref name="part"/> <c>lora_B</c> that of B.</summary>
    public static string TensorName(string module, string part = "lora_A") => $"base_model.model.{module}.{part}.weight";

    /// <summary>Lays out A and B of every matrix that the configuration takes, in the order of the matrices.</summary>
    /// <exception cref="ModelFormatException">A target is no matrix of the model, or an adapted matrix is smaller than the rank.</exception>
    public static IReadOnlyList<LoraTarget> LayOut(string file, LoraConfig config, IEnumerable<(string Name, IReadOnlyList<long> Shape)> tensors)
    {
        var modules = tensors
            .Where(tensor => tensor.Shape.Count == 2 && tensor.Name.EndsWith(Suffix, StringComparison.Ordinal) && tensor.Name is not (ParameterLayout.Embedding or ParameterLayout.Head))
            .Select(tensor => (Module: tensor.Name[..^Suffix.Length], tensor.Shape)).ToList();
        foreach (string target in config.Targets)
        {
            var alone = config with { Targets = [target] };
            if (modules.TrueForAll(module => !alone.Takes(module.Module)))
            {
                string known = string.Join(", ", modules.Select(module => module.Module[(module.Module.LastIndexOf('.') + 1)..]).Distinct().Order(StringComparer.Ordinal));
                throw new ModelFormatException(file, "target_modules", $"the model has no matrix '{target}'; it has {known}");
            }
        }
        var targets = new List<LoraTarget>();
        long offset = 0;
        ParameterSlice Add(string name, params long[] shape)
        {
            var slice = new ParameterSlice(name, offset, shape, WeightDecay: true);
            offset += slice.Count;
            return slice;
        }

        foreach ((string module, IReadOnlyList<long> shape) in modules.Where(module => config.Takes(module.Module)))
        {
            targets.Add(new LoraTarget(module + Suffix, Add(TensorName(module), config.Rank, shape[1]), Add(TensorName(module, "lora_B"), shape[0], config.Rank)));
        }
        return targets;
    }
}
