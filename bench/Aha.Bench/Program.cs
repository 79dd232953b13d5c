using Aha.Bench;
using Aha.Bench.Kernels;
using Aha.Bench.Scaling;

var benchmarks = new Dictionary<string, (string Help, Func<BenchArguments, int> Run)>
{
    ["training"] = ("a training step of the fused decoder and of libtorch, against the machine's rates", TrainingBenchmark.Run),
    ["rollouts"] = ("decoding speed of the rollout engine, against the machine's multiply-add rate", RolloutBenchmark.Run),
    ["scaling"] = ("decoding and training against batch, length and parameters, beside the machine's roofline", ScalingBenchmark.Run),
    ["kernels"] = ("kernels and whole models side by side: ours, the plain loop, libtorch", KernelBenchmark.Run),
    ["previous"] = ("two builds of aha in turn, see bench/previous.sh", PreviousBenchmark.Run),
    ["tokenizers"] = ("encoding speed, against Microsoft.ML.Tokenizers", TokenizerBenchmark.Run),
    ["store"] = ("what writing a run down costs: a step, an evaluation with every sample", StoreBenchmark.Run),
};

if (args.Length > 0 && benchmarks.TryGetValue(args[0], out var benchmark))
{
    try
    {
        return benchmark.Run(BenchArguments.Parse(args[1..]));
    }
    catch (ArgumentException e)
    {
        Console.Error.WriteLine(e.Message);
        return 2;
    }
}

Console.Error.WriteLine("Usage: Aha.Bench VERB [--name=value ...]");
foreach (var (verb, (help, _)) in benchmarks) Console.Error.WriteLine($"  {verb,-10} {help}");
return 2;
