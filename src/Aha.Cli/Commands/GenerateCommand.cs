using System.CommandLine;
using Aha.Evaluation;
using Aha.Generation;
using Aha.Models.Checkpoints;
using Aha.Tasks;
using Aha.Tokenization;

namespace Aha.Cli.Commands;

/// <summary><c>aha generate</c>: completions of one prompt, or of every line of a file.</summary>
internal static class GenerateCommand
{
    // What one prompt of a file may hold before the model's own limit; only the memory estimate asks.
    private const int UsualPrompt = 1024;

    public static Command Create()
    {
        Option<string> model = CommonOptions.Model();
        var prompt = new Option<string?>("--prompt") { Description = "the question; the template is put around it", HelpName = "TEXT" };
        var input = new Option<string?>("--input")
        {
            Description = "in place of --prompt: a JSONL file, or - for standard input, of {\"ids\"}, {\"text\"} (taken as it stands) or {\"messages\"} (through the model's chat template)", HelpName = "FILE",
        };
        var samples = new Option<int>("--samples") { Description = "completions to draw of each prompt", DefaultValueFactory = _ => 1 };
        Option<double> temperature = CommonOptions.Temperature();
        Option<double> topP = CommonOptions.TopP();
        Option<int> topK = CommonOptions.TopK();
        Option<int> tokens = CommonOptions.MaxNewTokens();
        Option<long> seed = CommonOptions.Seed();
        var ignoreEnd = new Option<bool>("--ignore-eos") { Description = "go on behind the end token, to --max-new-tokens" };
        Option<string> template = CommonOptions.Template();
        Option<string?> system = CommonOptions.SystemPrompt();
        var stop = new Option<bool>("--stop") { Description = "stop at the first malformed line of --input instead of reporting it and going on" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "generate",
            "Completes a prompt, or every prompt of a file. Of a file, output lines {\"ids\", \"text\", \"logprobs\", \"finish_reason\"} stand in input order and copy the field 'id'; with several samples they are a list \"samples\" of these."
            + "\n\nExample:\n  aha generate --model runs/nano/stages/r1-zero/model --prompt \"make 24 from 6 2 9 .\" --samples 3\n  aha generate --model MODEL --input prompts.jsonl --temperature 0 --max-new-tokens 64 > answers.jsonl")
        {
            model, prompt, input, samples, temperature, topP, topK, tokens, seed, ignoreEnd, template, system, stop, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string? question = parsed.GetValue(prompt), file = parsed.GetValue(input);
                if (question is null == file is null)
                {
                    throw new CommandException("give either --prompt or --input");
                }

                int count = parsed.GetValue(samples);
                if (count < 1)
                {
                    throw new CommandException($"--samples is {count}; it must be at least 1");
                }

                string folder = parsed.GetValue(model)!;
                ITokenizer tokenizer = ModelTokenizer.Load(folder);
                var sampling = new SamplingOptions
                {
                    Temperature = (float)parsed.GetValue(temperature), TopP = (float)parsed.GetValue(topP), TopK = parsed.GetValue(topK), MaxNewTokens = parsed.GetValue(tokens),
                    StopTokens = parsed.GetValue(ignoreEnd) ? [] : tokenizer.EndIds,
                };
                try
                {
                    if (file is not null)
                    {
                        using TextReader reader = JsonRows.Open(file);
                        using RolloutEngine lines = InferenceModel.Open(folder, UsualPrompt + sampling.MaxNewTokens, PromptRows.BatchSize);
                        using Stream output = Console.OpenStandardOutput();
                        new PromptRows(lines, tokenizer, ModelChatTemplate.TryLoad(folder), sampling, count, parsed.GetValue(seed)).Run(reader, file, output, parsed.GetValue(stop), cancel);
                        return 0;
                    }

                    IPromptRenderer prompts = PromptRenderers.Named(parsed.GetValue(template)!, parsed.GetValue(system), ModelChatTemplate.TryLoad(folder));
                    int[] ids = tokenizer.EncodePrompt(prompts, question!);
                    using RolloutEngine engine = InferenceModel.Open(folder, ids.Length + sampling.MaxNewTokens, count);
                    Completion[] completions = engine.Generate([new RolloutRequest(ids, count, Seeds.Derive(parsed.GetValue(seed)))], sampling, cancel);
                    cancel.ThrowIfCancellationRequested();
                    foreach (Completion completion in completions)
                    {
                        Console.Out.WriteLine(parsed.GetValue(json) ? PromptRows.Line(tokenizer, completion) : tokenizer.Decode(completion.Tokens));
                    }

                    return 0;
                }
                catch (ArgumentException e)
                {
                    throw new CommandException(e.Message);
                }
            },
            CancellationToken.None));
        return command;
    }
}
