using System.Text;
using Aha.Tokenization;

namespace Aha.Tests.Tokenization;

public class NfcTests
{
    [Theory]
    [InlineData("e\u0301", "\u00e9")]
    [InlineData("e\u0301\ufffee\u0301\ufffe", "\u00e9\ufffe\u00e9\ufffe")]
    [InlineData("\ufffe\u0301", "\ufffe\u0301")]
    [InlineData("", "")]
    public void ComposesAroundTheOneCharacterThatDotnetRefuses(string text, string composed) => Assert.Equal(composed, Nfc.Compose(text).ToString());

    [Fact]
    public void IsDotnetsWhereDotnetHasOne() =>
        Texts.WellFormed.Where(text => !text.Contains('\ufffe', StringComparison.Ordinal)).Sample(text => Assert.Equal(text.Normalize(NormalizationForm.FormC), Nfc.Compose(text).ToString()));
}
