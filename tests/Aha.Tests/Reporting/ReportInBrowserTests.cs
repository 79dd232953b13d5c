using Aha.Reporting;
using Aha.Runs;
using OpenQA.Selenium;
using OpenQA.Selenium.Chrome;
using OpenQA.Selenium.Interactions;

namespace Aha.Tests.Reporting;

/// <summary>The report as a real browser shows it: one browser, a page per width and colour scheme.</summary>
public sealed class ReportInBrowserTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly ChromeDriver browser;

    public ReportInBrowserTests()
    {
        string chromium = Find("chromium", "chromium-browser", "google-chrome"), driver = Find("chromedriver");
        var options = new ChromeOptions { BinaryLocation = chromium };
        options.AddArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", $"--user-data-dir={folder.File("profile")}");
        options.SetLoggingPreference(LogType.Browser, LogLevel.All);
        ChromeDriverService service = ChromeDriverService.CreateDefaultService(Path.GetDirectoryName(driver), Path.GetFileName(driver));
        service.SuppressInitialDiagnosticInformation = true;
        // Generous: the machine may be busy with other tests.
        browser = new ChromeDriver(service, options, TimeSpan.FromMinutes(3));
    }

    public void Dispose()
    {
        browser.Quit();
        browser.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void TheReportIsRightAtEveryWidthInLightAndDark()
    {
        RunData run = SyntheticRun.Create();
        string report = folder.File("report.html"), comparison = folder.File("comparison.html");
        ReportWriter.Write(run, report);
        ReportWriter.WriteComparison([run, SyntheticRun.Create(2), SyntheticRun.Create(3)], comparison);
        var backgrounds = new Dictionary<string, string>();
        foreach (string page in (string[])[report, comparison])
        {
            foreach (int width in (int[])[1200, 360])
            {
                foreach (string scheme in (string[])["light", "dark"])
                {
                    Show(page, width, scheme);
                    backgrounds[scheme] = Script<string>("return getComputedStyle(document.body).backgroundColor");
                    AssertPageIsRight(width);
                }
            }
        }
        Assert.NotEqual(backgrounds["light"], backgrounds["dark"]);
    }

    [Fact]
    public void TabsChangeByClickAndKeyAndPointsReadOutUnderThePointer()
    {
        string report = folder.File("report.html");
        ReportWriter.Write(SyntheticRun.Create(), report);
        Show(report, 1200, "light");

        Assert.Equal([true, false, false], PanelsShown());
        browser.FindElement(By.CssSelector("label[for=tab-newly_solved]")).Click();
        Assert.Equal([false, false, true], PanelsShown());
        browser.FindElement(By.Id("tab-newly_solved")).SendKeys(Keys.ArrowLeft);
        Assert.Equal([false, true, false], PanelsShown());

        IWebElement plot = browser.FindElement(By.CssSelector("#accuracy svg.desk"));
        browser.ExecuteScript("arguments[0].scrollIntoView({block: 'center'})", plot);
        new Actions(browser).MoveToElement(plot).Perform();
        string tip = browser.FindElement(By.CssSelector("#accuracy .tip")).Text;
        Assert.Contains("RL step 50", tip);
        Assert.Contains("pass@1", tip);
        AssertNothingWentWrong();
    }

    [Fact]
    public void HostileSamplesRunNothing()
    {
        const string Hostile = "</div></script><script>window.hacked=1</script><img src=x onerror=\"window.hacked=1\"><svg onload=\"window.hacked=1\"/><b>bold</b>";
        RunData run = SyntheticRun.Create();
        string report = folder.File("report.html");
        ReportWriter.Write(run with { Run = run.Run with { Name = Hostile, Recipe = Hostile }, Samples = [.. run.Samples.Select(sample => sample with { Response = Hostile, Prompt = Hostile })] }, report);
        Show(report, 360, "light");
        Assert.True(Script<bool>("return window.hacked === undefined"));
        Assert.Equal(0, Script<long>("return document.querySelectorAll('.transcript b, .transcript img, .transcript script').length"));
        Assert.Contains("<img src=x", Script<string>("return document.querySelector('.transcript').textContent"));
        AssertPageIsRight(360);
    }

    private void Show(string path, int width, string scheme)
    {
        browser.ExecuteCdpCommand("Emulation.setDeviceMetricsOverride", new Dictionary<string, object?> { ["width"] = width, ["height"] = 900, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600 });
        browser.ExecuteCdpCommand("Emulation.setEmulatedMedia", new Dictionary<string, object?> { ["features"] = new object[] { new Dictionary<string, object?> { ["name"] = "prefers-color-scheme", ["value"] = scheme } } });
        browser.Navigate().GoToUrl(new Uri(path).AbsoluteUri);
    }

    private void AssertPageIsRight(int width)
    {
        Assert.Equal(width, Script<long>("return window.innerWidth"));
        Assert.True(Script<long>("return document.documentElement.scrollWidth") <= width, "the page scrolls sideways");
        long figures = Script<long>("return document.querySelectorAll('figure').length");
        Assert.True(figures >= 3);
        // Of each figure exactly one drawing shows, large enough to see, with labels large enough to read and inside the drawing.
        Assert.Equal(figures, Script<long>("return [...document.querySelectorAll('.plot > svg')].filter(s => s.getBoundingClientRect().width > 200 && s.getBoundingClientRect().height > 120).length"));
        Assert.Equal(figures, Script<long>("return [...document.querySelectorAll('.plot > svg')].filter(s => s.getBoundingClientRect().width > 0).length"));
        double smallest = Script<double>("""
            return 0.0001 + Math.min(...[...document.querySelectorAll('.plot > svg')].filter(s => s.getBoundingClientRect().width > 0)
              .map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width * 11.5))
            """);
        Assert.True(smallest >= 9.9, $"labels of {smallest:F1} px");
        Assert.Equal("", Script<string>("""
            return [...document.querySelectorAll('.plot > svg')].filter(s => s.getBoundingClientRect().width > 0).flatMap(s => {
              const box = s.getBoundingClientRect();
              return [...s.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect(); return box.left - b.left > 1 || b.right - box.right > 1 || b.bottom - box.bottom > 1 || box.top - b.top > 1; })
                .map(t => s.closest('figure').id + ': ' + t.textContent);
            }).join('; ')
            """));
        AssertNothingWentWrong();
    }

    private void AssertNothingWentWrong()
    {
        Assert.Empty(browser.Manage().Logs.GetLog(LogType.Browser).Select(entry => entry.Message));
        Assert.Equal(0, Script<long>("return performance.getEntriesByType('resource').filter(e => !e.name.startsWith('data:')).length"));
    }

    private bool[] PanelsShown() => [.. browser.FindElements(By.CssSelector(".panel")).Select(panel => panel.Displayed)];

    private T Script<T>(string script) => (T)(browser.ExecuteScript(script) ?? throw new InvalidOperationException($"no result from: {script}"));

    private static string Find(params string[] names)
    {
        IEnumerable<string> places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return names.SelectMany(name => places.Select(place => Path.Combine(place, name))).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException($"no {names[0]} on the PATH: run ./test.sh, which installs the browser these tests drive (Debian packages chromium and chromium-driver)");
    }
}
