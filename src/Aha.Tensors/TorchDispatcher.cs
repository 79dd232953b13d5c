using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Aha.Tensors;

/// <summary>
/// Operators that libtorch has and TorchSharp does not bind, called through libtorch's C shim. Differentiable as usual;
/// results belong to the current dispose scope like those of any other operator.
/// </summary>
public static unsafe class TorchDispatcher
{
    // The ABI version of the stack's value encoding: libtorch 2.10.
    private const ulong AbiVersion = 0x020A_0000_0000_0000UL;

    [DllImport("torch_cpu")]
    private static extern int torch_call_dispatcher(byte* operatorName, byte* overload, ulong* stack, ulong abiVersion);

    [DllImport("torch_cpu")]
    private static extern int aoti_torch_new_tensor_handle(IntPtr tensor, out IntPtr handle);

    [DllImport("torch_cpu")]
    private static extern int torch_new_list_reserve_size(nuint size, out IntPtr list);

    [DllImport("torch_cpu")]
    private static extern int torch_list_push_back(IntPtr list, ulong value);

    /// <summary><c>x / sqrt(mean(x^2) + eps) * weight</c> over the last dimension, [..., D] and [D].</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double eps)
    {
        ulong* stack = stackalloc ulong[4];
        stack[0] = Own(x);
        stack[1] = List(x.shape[^1]);
        stack[2] = Some(Own(weight));
        stack[3] = Some(Bits(eps));
        return CallForTensor("aten::rms_norm"u8, stack);
    }

    /// <summary>
    /// <c>softmax(scale q k^T) v</c> for q [B,H,T,d], k [B,K,T,d] and v [B,K,T,w], K dividing H (query head h reads key head h*K/H).
    /// </summary>
    /// <param name="scale">1/sqrt(d) unless given.</param>
    public static Tensor ScaledDotProductAttention(Tensor q, Tensor k, Tensor v, bool isCausal, double? scale = null)
    {
        ulong* stack = stackalloc ulong[8];
        stack[0] = Own(q);
        stack[1] = Own(k);
        stack[2] = Own(v);
        stack[3] = 0; // attn_mask: none
        stack[4] = Bits(0.0); // dropout_p
        stack[5] = isCausal ? 1UL : 0UL;
        stack[6] = scale is double factor ? Some(Bits(factor)) : 0;
        stack[7] = q.shape[1] != k.shape[1] ? 1UL : 0UL; // enable_gqa
        return CallForTensor("aten::scaled_dot_product_attention"u8, stack);
    }

    /// <summary>
    /// One AdamW step in place (decoupled weight decay) on fp32 tensors of one shape. <paramref name="step"/> is a zero-dimensional
    /// fp32 tensor that already counts this step.
    /// </summary>
    public static void FusedAdamW(
        Tensor parameter, Tensor gradient, Tensor firstMoment, Tensor secondMoment, Tensor step, double learningRate, double beta1, double beta2,
        double weightDecay, double epsilon)
    {
        ulong* stack = stackalloc ulong[15];
        stack[0] = List(parameter);
        stack[1] = List(gradient);
        stack[2] = List(firstMoment);
        stack[3] = List(secondMoment);
        stack[4] = NewList(0); // max_exp_avg_sqs, for amsgrad only
        stack[5] = List(step);
        stack[6] = Bits(learningRate);
        stack[7] = Bits(beta1);
        stack[8] = Bits(beta2);
        stack[9] = Bits(weightDecay);
        stack[10] = Bits(epsilon);
        stack[11] = 0; // amsgrad
        stack[12] = 0; // maximize
        stack[13] = 0; // grad_scale
        stack[14] = 0; // found_inf
        Call("aten::_fused_adamw_"u8, stack);
    }

    private static Tensor CallForTensor(ReadOnlySpan<byte> operatorName, ulong* stack)
    {
        Call(operatorName, stack);
        return Tensor.UnsafeCreateTensor((IntPtr)stack[0]);
    }

    // The name is a UTF-8 literal, which ends with a zero byte. The dispatcher takes over the handles on the stack and frees them.
    private static void Call(ReadOnlySpan<byte> operatorName, ulong* stack)
    {
        byte noOverload = 0;
        int code;
        fixed (byte* name = operatorName) code = torch_call_dispatcher(name, &noOverload, stack, AbiVersion);
        if (code != 0) throw new TorchOperatorException(Encoding.UTF8.GetString(operatorName));
    }

    private static ulong Own(Tensor tensor)
    {
        Check(aoti_torch_new_tensor_handle(tensor.Handle, out IntPtr handle), "aoti_torch_new_tensor_handle");
        // A finaliser must not free the tensor between reading its handle and copying it.
        GC.KeepAlive(tensor);
        return (ulong)handle;
    }

    private static ulong List(Tensor tensor)
    {
        ulong list = NewList(1);
        Check(torch_list_push_back((IntPtr)list, Own(tensor)), "torch_list_push_back");
        return list;
    }

    private static ulong List(long value)
    {
        ulong list = NewList(1);
        Check(torch_list_push_back((IntPtr)list, (ulong)value), "torch_list_push_back");
        return list;
    }

    private static ulong NewList(nuint capacity)
    {
        Check(torch_new_list_reserve_size(capacity, out IntPtr list), "torch_new_list_reserve_size");
        return (ulong)list;
    }

    // An optional is a pointer to a heap cell that the callee frees.
    private static ulong Some(ulong value)
    {
        var cell = (ulong*)NativeMemory.Alloc(sizeof(ulong));
        *cell = value;
        return (ulong)cell;
    }

    private static ulong Bits(double value) => BitConverter.DoubleToUInt64Bits(value);

    private static void Check(int code, string function, [CallerMemberName] string caller = "")
    {
        if (code != 0) throw new TorchOperatorException($"{function} in {caller}");
    }
}
