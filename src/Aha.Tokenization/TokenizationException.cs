namespace Aha.Tokenization;

/// <summary>Text that cannot be encoded, or a tokenizer file that cannot be read; the message is one line, whatever is quoted in it.</summary>
public sealed class TokenizationException(string message, Exception? inner = null) : Exception(message.ReplaceLineEndings(" "), inner);
