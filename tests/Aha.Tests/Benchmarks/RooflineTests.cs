using System.Globalization;
using Aha.Benchmarks;
using Aha.Benchmarks.Scaling;
using Aha.Models;
using Aha.Tensors;

namespace Aha.Tests.Benchmarks;

public class RooflineTests
{
    private static readonly BenchmarkModel N = BenchmarkModel.Find("N");

    [Fact]
    public void WorkIsBoundByMemoryUpToTheRidgeAndByArithmeticFromThere()
    {
        var roofline = new Roofline(Peak: 400, Bandwidth: 50);
        Assert.Equal((100, true), (roofline.Limit(new WorkCost(20, 10)), roofline.IsMemoryBound(new WorkCost(20, 10))));
        Assert.Equal((400, false), (roofline.Limit(new WorkCost(80, 10)), roofline.IsMemoryBound(new WorkCost(80, 10))));
        Assert.Equal((400, false), (roofline.Limit(new WorkCost(9000, 10)), roofline.IsMemoryBound(new WorkCost(9000, 10))));
    }

    [Fact]
    public void AStreamWithoutACacheReadsEveryWeightForTwoOperations()
    {
        WorkCost one = DecoderCost.DecodeStep(N, rows: 1, positions: 0, 4 * N.Parameters), eight = DecoderCost.DecodeStep(N, rows: 8, positions: 0, 4 * N.Parameters);
        Assert.Equal(0.5, one.Intensity, 1e-12);
        Assert.Equal(4, eight.Intensity, 1e-12);
    }

    [Fact]
    public void OverLongCachesTheCacheIsWhatIsRead()
    {
        // As many heads of keys as of queries: two operations for a key's number of four bytes, two for a value's.
        WorkCost cost = DecoderCost.DecodeStep(N, rows: 64, positions: 1e7, 4 * N.Parameters);
        Assert.Equal(0.5, cost.Intensity, 1e-3);
        Assert.Equal(4 * 4 * 2 * 128, DecoderCost.CacheBytes(N.Config));
    }

    [Fact]
    public void ATrainingStepIsThreeForwardPassesAndItsWeightsAreSharedByItsTokens()
    {
        WorkCost few = DecoderCost.TrainingStep(N, 256, 256, ComputePrecision.Float32), many = DecoderCost.TrainingStep(N, 8192, 256, ComputePrecision.Float32);
        Assert.Equal(32, many.Flop / few.Flop, 1e-9);
        Assert.True(many.Intensity > few.Intensity);
        Assert.Equal(6.0 * N.Parameters * 256, few.Flop - 3 * 256 * 4.0 * 4 * 128 * 128.5, 1.0);
    }

    [Fact]
    public void TheFamilyGrowsAndIsNamedByItsSizes()
    {
        Assert.Equal(ModelFamily.Models.OrderBy(m => m.Parameters), ModelFamily.Models);
        Assert.All(ModelFamily.Models, model =>
        {
            ModelConfigRules.Validate(model.Config, model.Name);
            if (model.Name.EndsWith('M') && model.Name.Length > 1)
                Assert.Equal(1, model.Parameters / 1e6 / double.Parse(model.Name[..^1], CultureInfo.InvariantCulture), 0.05);
        });
    }
}
