using System.Text.Json;
using System.Text.Json.Nodes;
using Aha.Models;
using Aha.Models.Adapters;
using Aha.Models.Checkpoints;
using Aha.Tensors;
using Aha.Training.Checkpoints;
using Aha.Training.Losses;
using Aha.Training.Optimization;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Tests.Models.Adapters;

public sealed class LoraTests : IDisposable
{
    private static readonly LoraConfig Config = new(Rank: 3, Alpha: 6, ["q_proj", "mlp.down_proj"]);

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void AnAdapterFolderIsTheModelThatPeftMakesOfIt()
    {
        GoldenModel golden = GoldenModel.Read("qwen2-lora");
        using CausalLanguageModel model = CausalLanguageModel.Load(golden.Folder);
        using DisposeScope scope = NewDisposeScope();
        using var noGrad = no_grad();
        Tensor ids = tensor(golden.InputIds.SelectMany(row => row).ToArray(), [2, 96]);
        float[] last3 = model.Logits(model.HiddenStates(ids, ComputePrecision.Float32)[0].narrow(0, 93, 3), ComputePrecision.Float32).data<float>().ToArray();
        CausalLanguageModelTests.AssertClose(golden.LogitsRow0Last3.SelectMany(row => row), last3, 1e-4);
        CausalLanguageModelTests.AssertClose(golden.LogProbs.SelectMany(row => row), TokenLogProbs.Compute(model, ids, ComputePrecision.Float32).LogProbs.data<float>().ToArray(), 1e-4);
    }

    [Fact]
    public void AttachedAndRestoredIsEqualToLoadedToTheBit()
    {
        string folder = GoldenModel.Read("qwen2-lora").Folder;
        using CausalLanguageModel model = CausalLanguageModel.Load(GoldenModel.Read("qwen2-tied").Folder), merged = CausalLanguageModel.Load(folder);
        using LoraAdapter adapter = LoraAdapter.Attach(model, new LoraConfig(4, 8, ["v_proj", "q_proj", "gate_proj"]), seed: 1);
        adapter.Restore(folder);
        Assert.True(TensorMemory.Floats(merged.Parameters).SequenceEqual(TensorMemory.Floats(model.Parameters)));

        adapter.Save(_folder.File("adapter"), GoldenModel.Read("qwen2-tied").Folder);
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "adapter_model.safetensors")), File.ReadAllBytes(_folder.File("adapter/adapter_model.safetensors")));
        using CausalLanguageModel again = CausalLanguageModel.Load(_folder.File("adapter"));
        Assert.True(TensorMemory.Floats(merged.Parameters).SequenceEqual(TensorMemory.Floats(again.Parameters)));

        ModelConversion.ToFolder(_folder.File("adapter"), _folder.File("merged"));
        using CausalLanguageModel converted = CausalLanguageModel.Load(_folder.File("merged"));
        Assert.True(TensorMemory.Floats(merged.Parameters).SequenceEqual(TensorMemory.Floats(converted.Parameters)));
    }

    [Fact]
    public void ANewAdapterChangesNothing()
    {
        using CausalLanguageModel model = Base(), untouched = Base();
        using LoraAdapter adapter = LoraAdapter.Attach(model, Config, seed: 5);
        adapter.Merge();
        Assert.True(TensorMemory.Floats(untouched.Parameters).SequenceEqual(TensorMemory.Floats(model.Parameters)));
        // Two layers of a query [32, 16] and a down projection [16, 40].
        Assert.Equal(2 * 3 * (32 + 16 + 16 + 40), adapter.ParameterCount);
        float[] a = TensorMemory.Floats(adapter.Parameters)[..48].ToArray();
        Assert.All(a, value => Assert.InRange(value, -0.25f, 0.25f));
        Assert.True(a.Distinct().Count() > 40);
    }

    [Fact]
    public void TheGradientIsThatOfTheMergedLoss()
    {
        using CausalLanguageModel model = Base();
        using LoraAdapter adapter = LoraAdapter.Attach(model, Config, seed: 5);
        Span<float> parameters = TensorMemory.Floats(adapter.Parameters);
        var random = new Random(3);
        foreach (ref float value in parameters) value = (random.NextSingle() - 0.5f) / 4;
        adapter.Merge();

        Loss(model).backward();
        adapter.TakeGradient();
        Assert.All(TensorMemory.Floats(model.Parameters.grad!).ToArray(), value => Assert.Equal(0, value));
        float[] gradient = TensorMemory.Floats(adapter.Parameters.grad!).ToArray(), start = parameters.ToArray();
        for (int trial = 0; trial < 5; trial++)
        {
            // The slope along a direction, by central differences.
            float[] direction = [.. start.Select(_ => random.NextSingle() - 0.5f)];
            const float Step = 0.01f;
            double slope = (At(Step) - At(-Step)) / (2 * Step), expected = gradient.Zip(direction, (g, d) => (double)g * d).Sum();
            Assert.Equal(expected, slope, 0.02 * Math.Abs(expected) + 2e-4);

            double At(float step)
            {
                Span<float> values = TensorMemory.Floats(adapter.Parameters);
                for (int i = 0; i < values.Length; i++) values[i] = start[i] + step * direction[i];
                adapter.Merge();
                using var noGrad = no_grad();
                return Loss(model).ToDouble();
            }
        }
    }

    [Fact]
    public void TrainingMovesTheTargetsAndNothingElse()
    {
        using CausalLanguageModel model = Base(), untouched = Base();
        using LoraAdapter adapter = LoraAdapter.Attach(model, Config, seed: 5);
        using var optimizer = new AdamW(adapter, new AdamWOptions(WeightDecay: 0));
        double first = 0, last = 0;
        for (int step = 0; step < 30; step++)
        {
            last = Step(model, adapter, optimizer);
            if (step == 0) first = last;
        }
        Assert.True(last < 0.8 * first, $"the loss went from {first} to {last}");
        foreach (ParameterSlice slice in model.Layout)
        {
            bool target = slice.Name.Contains("q_proj.weight", StringComparison.Ordinal) || slice.Name.Contains("down_proj", StringComparison.Ordinal);
            Assert.Equal(!target, untouched.Read(slice.Name).SequenceEqual(model.Read(slice.Name)));
        }

    }

    [Fact]
    public void ResumedItGoesOnBitForBit()
    {
        using CausalLanguageModel model = Base(), resumedModel = Base();
        using LoraAdapter adapter = LoraAdapter.Attach(model, Config, seed: 5), resumed = LoraAdapter.Attach(resumedModel, Config, seed: 99);
        using AdamW optimizer = new(adapter, new AdamWOptions()), resumedOptimizer = new(resumed, new AdamWOptions());
        for (int step = 0; step < 3; step++) Step(model, adapter, optimizer);
        TrainingCheckpoint.Save(_folder.File("checkpoint"), adapter, optimizer, reference: null, new TrainingState { Step = 3 });
        // An adapter's checkpoint holds the adapter and its moments, not the model.
        Assert.InRange(new DirectoryInfo(_folder.File("checkpoint")).EnumerateFiles().Sum(file => file.Length), adapter.ParameterCount * 12, adapter.ParameterCount * 12 + 8000);

        Assert.Equal(3, TrainingCheckpoint.Load(_folder.File("checkpoint"), resumed, resumedOptimizer, reference: null).Step);
        Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(resumedModel.Parameters)));
        for (int step = 0; step < 2; step++)
        {
            Step(model, adapter, optimizer);
            Step(resumedModel, resumed, resumedOptimizer);
        }
        Assert.True(TensorMemory.Floats(model.Parameters).SequenceEqual(TensorMemory.Floats(resumedModel.Parameters)));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "IA3")]
    [InlineData("use_dora", "true", "use_dora")]
    [InlineData("bias", "\"all\"", "only 'none'")]
    [InlineData("rank_pattern", "{\"q_proj\": 2}", "rank_pattern")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "modules_to_save")]
    [InlineData("r", "0", "not positive")]
    [InlineData("r", "5", "shape [4, 64], where [5, 64] is due")]
    [InlineData("target_modules", "[\"q_proj\"]", "belongs to no target module")]
    [InlineData("target_modules", "[\"q_proj\", \"w_pack\"]", "no matrix 'w_pack'; it has down_proj")]
    [InlineData("target_modules", "\".*\"", "expected a list of strings")]
    [InlineData("target_modules", "[\"q_proj\", \"v_proj\", \"gate_proj\", \"up_proj\"]", "up_proj.lora_A.weight: missing")]
    [InlineData("base_model_name_or_path", "\"Qwen/Qwen2.5-0.5B\"", "is no folder beside the adapter")]
    [InlineData("base_model_name_or_path", "\".\"", "is an adapter itself")]
    [InlineData("base_model_name_or_path", "null", "missing")]
    public void WhatIsNotSupportedOrDoesNotFitIsNamed(string key, string value, string expected)
    {
        string golden = GoldenModel.Read("qwen2-lora").Folder;
        JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(golden, "adapter_config.json")))!.AsObject();
        config["base_model_name_or_path"] = GoldenModel.Read("qwen2-tied").Folder;
        config[key] = JsonNode.Parse(value);
        File.WriteAllText(_folder.File("adapter_config.json"), config.ToJsonString());
        File.Copy(Path.Combine(golden, "adapter_model.safetensors"), _folder.File("adapter_model.safetensors"));
        ModelFormatException error = Assert.Throws<ModelFormatException>(() => CausalLanguageModel.Load(_folder.Path));
        Assert.Contains(expected, error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith(_folder.Path, error.Message);
    }

    [Fact]
    public void ATargetThatTheModelLacksIsRefused()
    {
        using CausalLanguageModel model = Base();
        Assert.Contains("it has down_proj, gate_proj", Assert.Throws<ModelFormatException>(() => LoraAdapter.Attach(model, Config with { Targets = ["c_attn"] }, seed: 1)).Message);
    }

    [Fact]
    public void WhatIsWrittenIsPeftsLayout()
    {
        using CausalLanguageModel model = Base();
        using LoraAdapter adapter = LoraAdapter.Attach(model, Config with { RankStabilised = true }, seed: 1);
        adapter.Save(_folder.File("runs/adapter"), _folder.File("runs/base"));
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(_folder.File("runs/adapter/adapter_config.json")));
        Assert.Equal(Path.Combine("..", "base"), config.RootElement.GetProperty("base_model_name_or_path").GetString());
        Assert.True(config.RootElement.GetProperty("use_rslora").GetBoolean());
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("runs/adapter/adapter_model.safetensors"));
        Assert.Equal(
            [.. Enumerable.Range(0, 2).SelectMany(i => new[]
            {
                $"base_model.model.model.layers.{i}.mlp.down_proj.lora_A.weight", $"base_model.model.model.layers.{i}.mlp.down_proj.lora_B.weight",
                $"base_model.model.model.layers.{i}.self_attn.q_proj.lora_A.weight", $"base_model.model.model.layers.{i}.self_attn.q_proj.lora_B.weight",
            })],
            file.Entries.Select(entry => entry.Name));
    }

    public void Dispose() => _folder.Dispose();

    private static CausalLanguageModel Base() => CausalLanguageModel.Create(CausalLanguageModelTests.Small(), seed: 2);

    private static double Step(CausalLanguageModel model, LoraAdapter adapter, AdamW optimizer)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor loss = Loss(model);
        loss.backward();
        adapter.TakeGradient();
        optimizer.ClipGradient(1);
        optimizer.Step(0.02);
        adapter.Merge();
        return loss.ToDouble();
    }

    private static Tensor Loss(CausalLanguageModel model)
    {
        Tensor ids = tensor(Enumerable.Range(0, 40).Select(i => (long)(i * i % 37)).ToArray(), [2, 20]);
        return TokenLogProbs.Compute(model, ids, ComputePrecision.Float32).LogProbs.mean().neg();
    }
}
