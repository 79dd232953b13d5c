namespace Aha.Generation.Kernels.Panels;

/// <summary>
/// A panel of weights that are stored in less than fp32: <c>TSimd.PanelVectors</c> vectors of sixteen outputs side by side over the whole depth. What is
/// multiplied is bit for bit the fp32 number that the model's loader gives for the same stored one.
/// </summary>
internal unsafe interface IPanel<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Widens the panel to fp32 <c>[depth, PanelVectors * 16]</c>.</summary>
    static abstract void Unpack(byte* panel, int depth, float* target);

    /// <summary>y = init + x · Wᵀ for one row and the panel's outputs, widening in registers.</summary>
    static abstract void MultiplyRow(float* x, int depth, byte* panel, float* y, float* init);
}
