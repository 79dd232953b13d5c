namespace Aha.Generation.Scheduling;

/// <summary>Work in pieces that may be done in any order, by any member, at the same time.</summary>
internal interface ITeamWork
{
    /// <param name="piece">From 0.</param>
    /// <param name="pieces">As many as <see cref="ThreadTeam.Run"/> was told.</param>
    /// <param name="member">Whose scratch to use.</param>
    void Run(int piece, int pieces, int member);
}

/// <summary>
/// Threads that share the work of one: its leader's. Members take piece after piece, so one that another program keeps from running holds up no more than
/// the piece it is at. Waiting spins for some microseconds, as long as the leader's work between two calls takes, and then gives way to other programs.
/// </summary>
/// <param name="members">The leader, member 0, and those that <see cref="Help"/>.</param>
internal sealed class ThreadTeam(int members)
{
    private const int Spins = 2000;

    // Pieces of one call in ten thousand million: call << 40 | pieces << 20 | next piece. A late member's exchange fails, since the call has moved on.
    private long _state;
    private int _done;
    private volatile bool _dismissed;
    private ITeamWork? _work;

    public int Members => members;

    /// <summary>Pieces that keep all members busy to the end without costing much themselves.</summary>
    public int Pieces(int most) => Math.Min(most, members * 4);

    /// <summary>Does all pieces, together with whoever helps. Leader only.</summary>
    public void Run(ITeamWork work, int pieces)
    {
        _work = work;
        Volatile.Write(ref _done, 0);
        Volatile.Write(ref _state, ((Volatile.Read(ref _state) >> 40) + 1) << 40 | (long)pieces << 20);
        while (TakePiece(0))
        {
        }

        for (int waited = 0; Volatile.Read(ref _done) < pieces;) Wait(ref waited);
    }

    /// <summary>Helps till the leader has no more work for this team.</summary>
    public void Help(int member)
    {
        for (int waited = 0; !_dismissed;)
        {
            if (TakePiece(member)) waited = 0;
            else Wait(ref waited);
        }
    }

    /// <summary>Sends the helpers home.</summary>
    public void Dismiss() => _dismissed = true;

    private bool TakePiece(int member)
    {
        long state = Volatile.Read(ref _state);
        int next = (int)(state & 0xFFFFF), pieces = (int)(state >> 20 & 0xFFFFF);
        if (next >= pieces || Interlocked.CompareExchange(ref _state, state + 1, state) != state) return next < pieces;
        // Until this piece is done the leader starts nothing else.
        _work!.Run(next, pieces, member);
        Interlocked.Increment(ref _done);
        return true;
    }

    private static void Wait(ref int waited)
    {
        if (++waited < Spins) Thread.SpinWait(1);
        else Thread.Yield();
    }
}
