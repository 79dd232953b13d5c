namespace Aha.Templates;

/// <summary>A rendered template.</summary>
/// <param name="Generation">
/// The places of its <c>{% generation %}</c> blocks, in order: what the assistant wrote, for the loss mask of fine-tuning. Empty where it has none; null where one
/// stands in a macro, a <c>set</c> or a filter block, whose place in the text is not known.
/// </param>
public sealed record RenderedTemplate(string Text, IReadOnlyList<GenerationSpan>? Generation);

/// <summary>A span of a text in UTF-16 units, as <see cref="string"/> counts.</summary>
/// <param name="Start">Its first unit.</param>
/// <param name="End">The unit behind its last.</param>
public readonly record struct GenerationSpan(int Start, int End);
