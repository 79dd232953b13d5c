using System.Diagnostics;
using Aha.Models;
using Aha.Tests.Support;

namespace Aha.Tests.EndToEnd;

/// <summary>The native libraries load wherever an application lies: a published folder, and a project of somebody else's that takes the packages.</summary>
public class DeploymentTests
{
    private const string Version = "0.0.1-test";

    [Fact]
    [Trait("Category", "Slow")]
    public void APublishedFolderAndAConsumerOfThePackagesLoadLibtorch()
    {
        using var folder = new TemporaryFolder();
        string model = folder.File("model");
        using (CausalLanguageModel made = CausalLanguageModel.Create(TinyConfig(), seed: 1))
        {
            made.Save(model);
        }

        string published = folder.File("published");
        Dotnet(Repository.Root, "publish", "-c", "Release", "src/Aha.Cli", "-o", published);
        string shown = Run(Path.Combine(published, "aha"), folder.Path, "bench", "--model", model, "--only", "decode", "--batch", "1", "--repeats", "1", "--json");
        Assert.Contains("model/decode@1/tokens_per_second", shown, StringComparison.Ordinal);

        Dotnet(Repository.Root, "pack", "-c", "Release", "-o", folder.File("feed"), $"-p:Version={Version}");
        string consumer = folder.File("consumer");
        Directory.CreateDirectory(consumer);
        File.WriteAllText(Path.Combine(consumer, "consumer.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <RestoreAdditionalProjectSources>{folder.File("feed")}</RestoreAdditionalProjectSources>
              </PropertyGroup>
              <ItemGroup><PackageReference Include="Aha.Training" Version="{Version}" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(consumer, "Program.cs"), """
            using var model = Aha.Models.CausalLanguageModel.Load(args[0]);
            using var product = TorchSharp.torch.ones(2, 3).matmul(TorchSharp.torch.ones(3, 2));
            System.Console.WriteLine($"{model.ParameterCount} parameters, {product.sum().item<float>()}");
            """);
        string said = Dotnet(consumer, "run", "-c", "Release", "--", model);
        Assert.Contains("parameters, 12", said, StringComparison.Ordinal);
    }

    private static ModelConfig TinyConfig() => new()
    {
        VocabSize = 16, HiddenSize = 16, IntermediateSize = 16, NumHiddenLayers = 1, NumAttentionHeads = 2, NumKeyValueHeads = 1, HeadDim = 8, MaxPositionEmbeddings = 256,
    };

    private static string Dotnet(string workingFolder, params IEnumerable<string> arguments) => Run("dotnet", workingFolder, [.. arguments]);

    private static string Run(string program, string workingFolder, params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program) { WorkingDirectory = workingFolder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{errors.Result}");
        return output;
    }
}
