namespace Aha.Models.Rotary;

/// <summary>The angles by which rotary embeddings turn (Su et al., arXiv 2104.09864), after scaling to longer contexts.</summary>
public static class RotaryFrequencies
{
    /// <summary>Radians a position turns each pair by, [HeadDim / 2].</summary>
    public static double[] Of(ModelConfig config)
    {
        var frequencies = new double[config.HeadDim / 2];
        for (int i = 0; i < frequencies.Length; i++) frequencies[i] = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadDim);
        switch (config.RopeScaling)
        {
            case LinearRopeScaling linear:
                for (int i = 0; i < frequencies.Length; i++) frequencies[i] /= linear.Factor;
                break;
            case Llama3RopeScaling llama3:
                for (int i = 0; i < frequencies.Length; i++) frequencies[i] = Scale(frequencies[i], llama3);
                break;
            case YarnRopeScaling yarn:
                Scale(frequencies, yarn, config);
                break;
        }
        return frequencies;
    }

    /// <summary>What cos and sin are multiplied by: 1, but for YaRN.</summary>
    public static double Magnitude(ModelConfig config)
    {
        if (config.RopeScaling is not YarnRopeScaling yarn) return 1;
        if (yarn.AttentionFactor is double given) return given;
        return yarn.Scale != 0 && yarn.ScaleAllDimensions != 0
            ? Magnitude(yarn.Factor, yarn.Scale) / Magnitude(yarn.Factor, yarn.ScaleAllDimensions)
            : Magnitude(yarn.Factor, 1);
    }

    /// <summary>What DeepSeek multiplies the softmax scale 1/sqrt(d) by: 1, but for YaRN the square of <c>0.1 mscale_all_dim ln(factor) + 1</c>.</summary>
    public static double SoftmaxFactor(ModelConfig config) =>
        config.RopeScaling is YarnRopeScaling { ScaleAllDimensions: not 0 } yarn ? Math.Pow(Magnitude(yarn.Factor, yarn.ScaleAllDimensions), 2) : 1;

    // YaRN, equation 22.
    private static double Magnitude(double factor, double scale) => factor <= 1 ? 1 : 0.1 * scale * Math.Log(factor) + 1;

    private static double Scale(double frequency, Llama3RopeScaling s)
    {
        double turns = s.OriginalPositions * frequency / (2 * Math.PI);
        if (turns > s.HighFrequencyFactor) return frequency;
        if (turns < s.LowFrequencyFactor) return frequency / s.Factor;
        double kept = (turns - s.LowFrequencyFactor) / (s.HighFrequencyFactor - s.LowFrequencyFactor);
        return (1 - kept) * frequency / s.Factor + kept * frequency;
    }

    private static void Scale(double[] frequencies, YarnRopeScaling s, ModelConfig config)
    {
        // The pair that turns so many times over the original positions.
        double PairOf(double turns) => config.HeadDim * Math.Log(s.OriginalPositions / (turns * 2 * Math.PI)) / (2 * Math.Log(config.RopeTheta));

        double low = PairOf(s.BetaFast), high = PairOf(s.BetaSlow);
        if (s.Truncate) (low, high) = (Math.Floor(low), Math.Ceiling(high));
        (low, high) = (Math.Max(low, 0), Math.Min(high, config.HeadDim - 1));
        // As the reference does where the two bounds meet.
        if (low == high) high += 0.001;
        for (int i = 0; i < frequencies.Length; i++)
        {
            double divided = Math.Clamp((i - low) / (high - low), 0, 1);
            frequencies[i] *= divided / s.Factor + (1 - divided);
        }
    }
}
