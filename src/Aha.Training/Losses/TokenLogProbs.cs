using Aha.Models;
using Aha.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Aha.Training.Losses;

/// <summary>Log-probabilities and entropies of next tokens, with the output matrix applied in chunks.</summary>
public static class TokenLogProbs
{
    // Logits alive at a time: 32 MB in fp32, whatever the vocabulary.
    private const long LogitsPerChunk = 8 << 20;

    /// <summary>
    /// For token ids [B,T]: log p(token t+1 | tokens up to t) and the entropy (nats) of that distribution, both [B,T-1] fp32, with the logits
    /// divided by <paramref name="temperature"/>. Where <paramref name="mask_BT1"/> [B,T-1] is 0 both are 0 and nothing is computed.
    /// Differentiable with respect to the model's parameters, through log p and entropy. Logits exist for one chunk of positions at a
    /// time and are computed again in the backward pass.
    /// </summary>
    /// <exception cref="ArgumentException">Shapes do not fit, or the temperature is not positive.</exception>
    public static (Tensor LogProbs, Tensor Entropy) Compute(
        CausalLanguageModel model, Tensor ids_BT, ComputePrecision precision, double temperature = 1, Tensor? mask_BT1 = null)
    {
        if (!(temperature > 0)) throw new ArgumentException($"temperature {temperature} is not positive", nameof(temperature));
        long batch = ids_BT.shape[0], time = ids_BT.shape[1], width = model.Config.HiddenSize;
        if (time < 2) throw new ArgumentException("a sequence of one token has no next token", nameof(ids_BT));
        if (mask_BT1 is not null && (mask_BT1.shape[0] != batch || mask_BT1.shape[1] != time - 1))
            throw new ArgumentException($"the mask has shape [{string.Join(", ", mask_BT1.shape)}], not [{batch}, {time - 1}]", nameof(mask_BT1));

        using DisposeScope scope = NewDisposeScope();
        Tensor hidden_BTD = model.HiddenStates(ids_BT, precision).narrow(1, 0, time - 1);
        Tensor targets = ids_BT.narrow(1, 1, time - 1).flatten();
        Tensor hidden_ND = hidden_BTD.reshape(-1, width);
        Tensor? selected = mask_BT1?.flatten().nonzero().flatten();
        if (selected is not null)
        {
            hidden_ND = hidden_ND.index_select(0, selected);
            targets = targets.index_select(0, selected);
        }
        (Tensor logProbs, Tensor entropy) = OfStates(model, hidden_ND, targets, precision, temperature);
        return (Scatter(logProbs, selected, batch, time - 1).MoveToOuterDisposeScope(), Scatter(entropy, selected, batch, time - 1).MoveToOuterDisposeScope());
    }

    /// <summary>For final hidden states [N,D] and the tokens that follow them [N]: log-probabilities and entropies, [N] each.</summary>
    internal static (Tensor LogProbs, Tensor Entropy) OfStates(
        CausalLanguageModel model, Tensor hidden_ND, Tensor targets_N, ComputePrecision precision, double temperature)
    {
        Tensor[] results = ChunkedLogProbs.apply(hidden_ND, model.HeadWeight(), targets_N, precision, temperature).unbind(0);
        return (results[0], results[1]);
    }

    private static Tensor Scatter(Tensor values_N, Tensor? selected, long batch, long time) =>
        (selected is null ? values_N : zeros(batch * time, values_N.dtype).index_copy(0, selected, values_N)).view(batch, time);

    /// <summary>(hidden [N,D], head [V,D], targets [N], precision, temperature) to log p and entropy, [2,N].</summary>
    private sealed class ChunkedLogProbs : autograd.SingleTensorFunction<ChunkedLogProbs>
    {
        public override string Name => nameof(ChunkedLogProbs);

        public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
        {
            var hidden = (Tensor)arguments[0];
            var head = (Tensor)arguments[1];
            var targets = (Tensor)arguments[2];
            context.save_for_backward([hidden, head, targets]);
            context.save_data("precision", arguments[3]);
            context.save_data("temperature", arguments[4]);
            Tensor results = empty([2, hidden.shape[0]], ScalarType.Float32);
            ForEachChunk(hidden, head, (ComputePrecision)arguments[3], (double)arguments[4], (start, count, _, _, all) =>
            {
                results[0].narrow(0, start, count).copy_(Picked(all, targets.narrow(0, start, count)));
                results[1].narrow(0, start, count).copy_((all.exp() * all).sum(-1).neg());
            });
            return results;
        }

        public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
        {
            List<Tensor> saved = context.get_saved_variables();
            (Tensor hidden, Tensor head, Tensor targets) = (saved[0], saved[1], saved[2]);
            var precision = (ComputePrecision)context.get_data("precision");
            double temperature = (double)context.get_data("temperature");
            Tensor hiddenGradient = empty_like(hidden), headGradient = zeros_like(head);
            ForEachChunk(hidden, head, precision, temperature, (start, count, h, w, all) =>
            {
                Tensor p = all.exp();
                Tensor entropy = (p * all).sum(-1, keepdim: true).neg();
                Tensor dLogProb = gradient[0].narrow(0, start, count).unsqueeze(-1), dEntropy = gradient[1].narrow(0, start, count).unsqueeze(-1);
                // d log p_y / d z = [y] - p;  d H / d z = -p (log p + H).
                Tensor dLogits = p.mul(dLogProb.Plus(dEntropy * all.Plus(entropy))).neg_();
                dLogits.scatter_add_(1, targets.narrow(0, start, count).unsqueeze(-1), dLogProb);
                dLogits = dLogits.div_(Scalars.Of(temperature)).to(w.dtype);
                hiddenGradient.narrow(0, start, count).copy_(dLogits.mm(w));
                headGradient.PlusInPlace(dLogits.t().mm(h));
            });
            return [hiddenGradient, headGradient, null!, null!, null!];
        }

        private static Tensor Picked(Tensor logProbs_NV, Tensor targets_N) => logProbs_NV.gather(1, targets_N.unsqueeze(-1)).squeeze(-1);

        private static void ForEachChunk(
            Tensor hidden, Tensor head, ComputePrecision precision, double temperature, Action<long, long, Tensor, Tensor, Tensor> use)
        {
            ScalarType type = precision == ComputePrecision.BFloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
            using DisposeScope outer = NewDisposeScope();
            Tensor w = head.to(type);
            long rows = Math.Max(1, LogitsPerChunk / head.shape[0]);
            for (long start = 0; start < hidden.shape[0]; start += rows)
            {
                using DisposeScope inner = NewDisposeScope();
                long count = Math.Min(rows, hidden.shape[0] - start);
                Tensor h = hidden.narrow(0, start, count).to(type);
                Tensor logits = h.mm(w.t()).to(ScalarType.Float32);
                use(start, count, h, w, nn.functional.log_softmax(temperature == 1 ? logits : logits / Scalars.Of(temperature), -1));
            }
        }
    }
}
