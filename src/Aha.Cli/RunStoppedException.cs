namespace Aha.Cli;

/// <summary>A run stopped on request; the message says how to go on with it.</summary>
internal sealed class RunStoppedException(string command, OperationCanceledException inner) : OperationCanceledException($"stopped; nothing is lost. To go on: {command}", inner);
