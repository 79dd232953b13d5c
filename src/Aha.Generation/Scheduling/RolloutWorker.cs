using Aha.Generation.Decoding;
using Aha.Generation.Memory;
using Aha.Generation.Sampling;

namespace Aha.Generation.Scheduling;

/// <summary>
/// One thread's part of a job: a set of slots, each decoding one sequence and refilled from the job's queue when it ends. Threads share
/// nothing per step.
/// </summary>
internal sealed unsafe class RolloutWorker(DecoderStep decoder, KvBlockPool pool, KvLayout layout, int slots) : IDisposable
{
    private readonly Slot[] _slots = [.. Enumerable.Range(0, slots).Select(_ => new Slot())];
    private int _active;

    public DecoderStep Decoder => decoder;

    /// <summary>Decodes till the queue is empty. The limit on slots spreads a small job over all threads.</summary>
    public void Run(RolloutJob job, int limit)
    {
        limit = Math.Min(limit, _slots.Length);
        try
        {
            while (!job.ShouldStop)
            {
                Refill(job, limit);
                if (_active == 0) break;
                Step(job);
            }
        }
        catch
        {
            job.Fail();
            throw;
        }
        finally
        {
            while (_active > 0) Finish(job, _active - 1, FinishReason.Cancelled);
        }
    }

    public void Dispose()
    {
        decoder.Dispose();
        foreach (var slot in _slots) slot.Dispose();
    }

    private void Refill(RolloutJob job, int limit)
    {
        while (_active < limit && job.TryTake(out var group, out int sample, out int ticket))
        {
            if (!group.EnsurePrefilled(decoder, pool, job)) return;
            Slot slot = _slots[_active++];
            slot.Begin(group, sample, ticket, job.Options.MaxNewTokens);
            job.AddTokens(1);
            if (!Append(job, _active - 1, group.FirstTokens[sample], group.FirstLogProbs[sample])) ShareBlocks(slot);
        }
    }

    private void Step(RolloutJob job)
    {
        for (int i = 0; i < _active; i++)
        {
            Slot slot = _slots[i];
            int position = slot.Group.Prompt.Length + slot.Count - 1;
            if (position % KvLayout.Positions == 0) slot.Blocks!.Pointer[slot.BlockCount++] = (nint)pool.Take();
            decoder.Rows[i] = new Row { Token = slot.Tokens[slot.Count - 1], Position = position, Blocks = (float**)slot.Blocks!.Pointer };
        }

        int rows = _active;
        decoder.Forward(rows);
        float* logits = decoder.Logits(0, rows);
        // Downwards: finishing moves the last slot, already sampled, into the gap.
        for (int i = rows - 1; i >= 0; i--)
        {
            Slot slot = _slots[i];
            int token = decoder.Sample(
                logits + (long)i * decoder.LogitsStride, job.Options, CounterRandom.Uniform(slot.Stream, slot.Count), out float logProb);
            Append(job, i, token, logProb);
        }

        job.AddTokens(rows);
    }

    /// <summary>True when this was the sequence's last token.</summary>
    private bool Append(RolloutJob job, int index, int token, float logProb)
    {
        Slot slot = _slots[index];
        slot.Tokens[slot.Count] = token;
        slot.LogProbs[slot.Count++] = logProb;
        job.Sampled(slot.Ticket, token);
        if (job.IsStop(token)) Finish(job, index, FinishReason.Stop);
        else if (slot.Count == job.Options.MaxNewTokens) Finish(job, index, FinishReason.Length);
        else return false;
        return true;
    }

    private void Finish(RolloutJob job, int index, FinishReason reason)
    {
        Slot slot = _slots[index];
        job.Complete(slot.Ticket, slot.Tokens.AsSpan(0, slot.Count), slot.LogProbs.AsSpan(0, slot.Count), reason);
        for (int b = slot.SharedBlocks; b < slot.BlockCount; b++) pool.Return((float*)slot.Blocks!.Pointer[b]);
        slot.BlockCount = slot.SharedBlocks = 0;
        slot.Group.SampleFinished(pool);
        _active--;
        (_slots[index], _slots[_active]) = (_slots[_active], slot);
    }

    /// <summary>Full blocks of the prompt are shared; the one it ends in is copied, since this sequence writes on in it.</summary>
    private void ShareBlocks(Slot slot)
    {
        int prompt = slot.Group.Prompt.Length;
        slot.SharedBlocks = prompt / KvLayout.Positions;
        slot.BlockCount = KvLayout.BlocksFor(prompt);
        for (int b = 0; b < slot.SharedBlocks; b++) slot.Blocks!.Pointer[b] = slot.Group.Blocks[b];
        if (slot.BlockCount == slot.SharedBlocks) return;
        float* own = pool.Take();
        new ReadOnlySpan<float>((float*)slot.Group.Blocks[^1], layout.BlockFloats).CopyTo(new Span<float>(own, layout.BlockFloats));
        slot.Blocks!.Pointer[slot.SharedBlocks] = (nint)own;
    }

    private sealed class Slot : IDisposable
    {
        public RolloutGroup Group = null!;
        public int Ticket;
        public ulong Stream;
        public int Count;
        public int[] Tokens = [];
        public float[] LogProbs = [];
        public NativeBuffer<nint>? Blocks;
        public int BlockCount;
        public int SharedBlocks;

        public void Dispose() => Blocks?.Dispose();

        public void Begin(RolloutGroup group, int sample, int ticket, int maxNewTokens)
        {
            Group = group;
            Ticket = ticket;
            Stream = group.Stream(sample);
            Count = BlockCount = SharedBlocks = 0;
            if (Tokens.Length < maxNewTokens)
            {
                Tokens = new int[maxNewTokens];
                LogProbs = new float[maxNewTokens];
            }

            int blocks = KvLayout.BlocksFor(group.Prompt.Length + maxNewTokens);
            if (Blocks is not null && Blocks.Length >= blocks) return;
            Blocks?.Dispose();
            Blocks = new NativeBuffer<nint>(blocks);
        }
    }
}
