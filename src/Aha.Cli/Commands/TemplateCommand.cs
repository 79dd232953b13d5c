using System.CommandLine;
using System.Text.Json;
using Aha.Models.Checkpoints;
using Aha.Templates;

namespace Aha.Cli.Commands;

/// <summary><c>aha template</c>: conversations as the model's chat template writes them.</summary>
internal static class TemplateCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model") { Description = "a folder with chat_template.jinja or tokenizer_config.json, or a GGUF file", Required = true, HelpName = "DIR" };
        Option<string> input = JsonRows.Input();
        var generation = new Option<bool>("--generation") { Description = "add \"generation\": where the assistant's words stand, as [start, end] in UTF-16 units" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command(
            "template",
            "Renders conversations: a line {\"messages\", \"tools\"?, \"add_generation_prompt\"?, ...} in, a line {\"text\"} or {\"error\"} out. Further keys are variables of the template."
            + "\n\nExample:\n  echo '{\"messages\": [{\"role\": \"user\", \"content\": \"Hi\"}], \"add_generation_prompt\": true}' | aha template --model MODEL --input -")
        {
            model, input, generation, json,
        };
        command.SetAction((parsed, cancel) => Task.Run(
            () =>
            {
                string path = parsed.GetValue(model)!;
                ChatTemplate template = ModelChatTemplate.TryLoad(path)
                    ?? throw new CommandException($"{path} has no chat template: neither chat_template.jinja nor a chat_template in tokenizer_config.json or in a GGUF file's metadata");
                bool spans = parsed.GetValue(generation);
                JsonRows.Transform(parsed.GetValue(input)!, (row, writer) => Render(template, row, spans, writer), cancel);
                return 0;
            },
            CancellationToken.None));
        return command;
    }

    private static void Render(ChatTemplate template, JsonElement row, bool spans, Utf8JsonWriter writer)
    {
        RenderedTemplate rendered;
        try
        {
            rendered = template.Render(ChatRequest.FromJson(row));
        }
        catch (TemplateException e)
        {
            writer.WriteString("error", e.Message);
            return;
        }

        writer.WriteString("text", rendered.Text);
        if (!spans)
        {
            return;
        }

        if (rendered.Generation is null)
        {
            writer.WriteNull("generation");
            return;
        }

        writer.WriteStartArray("generation");
        foreach (GenerationSpan span in rendered.Generation)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(span.Start);
            writer.WriteNumberValue(span.End);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
    }
}
