using static TorchSharp.torch;

namespace Aha.Tensors;

/// <summary>
/// Work on several threads in which each calls libtorch for itself: no call shall be shared out among the others. libtorch keeps a number of threads for each of
/// ours, and one for those to come.
/// </summary>
public static class SingleThread
{
    /// <summary>Runs <paramref name="work"/>, whose threads take their part through <see cref="In"/>, and leaves the number as it was.</summary>
    public static void Around(Action<int> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        int before = get_num_threads();
        try
        {
            work(before);
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <param name="before">What <see cref="Around"/> said.</param>
    public static void In(int before, Action part)
    {
        ArgumentNullException.ThrowIfNull(part);
        set_num_threads(1);
        try
        {
            part();
        }
        finally
        {
            set_num_threads(before);
        }
    }
}
