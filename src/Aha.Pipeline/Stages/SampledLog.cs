using System.Text.Json;
using Aha.Data.Conversations;
using Aha.Evaluation.RejectionSampling;

namespace Aha.Pipeline.Stages;

/// <summary>How far a log of sampled answers goes.</summary>
/// <param name="Problems">Problems all of whose answers are written.</param>
/// <param name="Bytes">Length of the file up to there; what follows is of a batch that was not finished.</param>
internal sealed record SampledState(int Problems, long Bytes, double Seconds);

/// <summary>A growing file of sampled answers, batch by batch; a batch that a kill cut short is written again.</summary>
internal sealed class SampledLog : IDisposable
{
    private readonly string _path;
    private readonly FileStream _stream;

    public SampledLog(string path)
    {
        _path = path;
        State = File.Exists(StateFile) ? JsonSerializer.Deserialize<SampledState>(File.ReadAllText(StateFile))! : new SampledState(0, 0, 0);
        _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _stream.SetLength(State.Bytes);
        _stream.Seek(0, SeekOrigin.End);
    }

    public SampledState State { get; private set; }

    private string StateFile => _path + ".state";

    public void Append(IEnumerable<SampledAnswer> answers, int problems, double seconds)
    {
        foreach (SampledAnswer answer in answers)
        {
            _stream.Write(JsonSerializer.SerializeToUtf8Bytes(answer, ConversationWriter.Json));
            _stream.WriteByte((byte)'\n');
        }

        _stream.Flush(flushToDisk: true);
        State = new SampledState(State.Problems + problems, _stream.Position, seconds);
        string fresh = StateFile + ".new";
        File.WriteAllText(fresh, JsonSerializer.Serialize(State));
        File.Move(fresh, StateFile, overwrite: true);
    }

    /// <summary>All answers, in the order in which they were written.</summary>
    public IReadOnlyList<SampledAnswer> Read()
    {
        _stream.Seek(0, SeekOrigin.Begin);
        using var reader = new StreamReader(_stream, leaveOpen: true);
        var answers = new List<SampledAnswer>();
        while (reader.ReadLine() is { } line)
        {
            answers.Add(JsonSerializer.Deserialize<SampledAnswer>(line)!);
        }

        return answers;
    }

    public void Dispose() => _stream.Dispose();
}
