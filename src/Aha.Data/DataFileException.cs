namespace Aha.Data;

/// <summary>A data file that cannot be used; the message is one line that names file, line and what to do.</summary>
public sealed class DataFileException(string message, Exception? inner = null) : Exception(message, inner);
