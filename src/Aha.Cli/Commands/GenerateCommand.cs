using System.CommandLine;
using Aha.Evaluation;
using Aha.Generation;
using Aha.Models.Checkpoints;
using Aha.Tasks;
using Aha.Templates;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary><c>aha generate</c>: completions of one prompt.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        Option<string> model = CommonOptions.Model();
        var prompt = new Option<string>("--prompt") { Description = "the question; the template is put around it", Required = true, HelpName = "TEXT" };
        var samples = new Option<int>("--samples") { Description = "completions to draw", DefaultValueFactory = _ => 1 };
        Option<double> temperature = CommonOptions.Temperature();
        Option<double> topP = CommonOptions.TopP();
        Option<int> tokens = CommonOptions.MaxNewTokens();
        Option<long> seed = CommonOptions.Seed();
        Option<string> template = CommonOptions.Template();
        Option<string?> system = CommonOptions.SystemPrompt();
        var command = new Command(
            "generate",
            "Completes a prompt.\n\nExample:\n  aha generate --model runs/nano/stages/r1-zero/model --prompt \"make 24 from 6 2 9 .\" --samples 3")
        {
            model, prompt, samples, temperature, topP, tokens, seed, template, system,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string folder = parsed.GetValue(model)!;
                ITokenizer tokenizer = ModelTokenizer.Load(folder);
                IPromptRenderer prompts = PromptRenderers.Named(parsed.GetValue(template)!, parsed.GetValue(system), ChatTemplate.TryLoad(folder));
                int[] ids = tokenizer.EncodePrompt(prompts, parsed.GetValue(prompt)!);
                var sampling = new SamplingOptions
                {
                    Temperature = (float)parsed.GetValue(temperature), TopP = (float)parsed.GetValue(topP), MaxNewTokens = parsed.GetValue(tokens), StopTokens = tokenizer.EndIds,
                };
                int count = parsed.GetValue(samples);
                if (count < 1)
                {
                    throw new CommandException($"--samples is {count}; it must be at least 1");
                }

                using RolloutEngine engine = InferenceModel.Open(folder, ids.Length + sampling.MaxNewTokens, count);
                Completion[] completions;
                try
                {
                    completions = engine.Generate([new RolloutRequest(ids, count, Seeds.Derive(parsed.GetValue(seed)))], sampling, cancel);
                }
                catch (ArgumentException e)
                {
                    throw new CommandException(e.Message);
                }

                foreach (Completion completion in completions)
                {
                    Console.Out.WriteLine(tokenizer.Decode(completion.Tokens));
                }

                return 0;
            },
            CancellationToken.None));
        return command;
    }
}
