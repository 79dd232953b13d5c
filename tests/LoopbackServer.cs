using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aha.Tests;

/// <summary>A real HTTP server on this machine, at a free port. What it does besides answering, like breaking a connection off, is the answer's own.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly WebApplication _application;

    /// <param name="answer">Writes the response to a request; several at a time. A client that goes away while it waits is nobody's fault.</param>
    public LoopbackServer(RequestDelegate answer)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        _application = builder.Build();
        _application.Run(async context =>
        {
            try
            {
                await answer(context);
            }
            catch (Exception e) when (e is OperationCanceledException or IOException)
            {
                context.Abort();
            }
        });
        _application.Start();
        Root = new Uri(_application.Urls.Single() + "/");
    }

    /// <summary>Where it listens, with a slash at the end.</summary>
    public Uri Root { get; }

    /// <summary>What the request line asks for, without the leading slash and the query, decoded whole.</summary>
    public static string PathOf(HttpContext context) => Uri.UnescapeDataString(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget[1..].Split('?')[0]);

    /// <summary>Ends the connections, answered or not.</summary>
    public void Dispose()
    {
        using var atOnce = new CancellationTokenSource();
        atOnce.Cancel();
        _application.StopAsync(atOnce.Token).GetAwaiter().GetResult();
        ((IDisposable)_application).Dispose();
    }
}
