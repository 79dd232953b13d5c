using Aha.Pipeline.Planning;
using Aha.Pipeline.Running;

namespace Aha.Pipeline.Stages;

/// <summary>A kind of stage: takes a model folder, leaves one (or none), and says what came of it.</summary>
internal interface IStage
{
    /// <summary>Optimiser steps, for progress; 0 where there are none.</summary>
    long Steps { get; }

    /// <summary>What it has to do, for estimates.</summary>
    StageWork Work(RunPlan plan, StagePlan stage);

    /// <summary>
    /// Runs the stage, from its checkpoint where <see cref="StageFolder.Checkpoint"/> holds one.
    /// </summary>
    /// <returns>The stage's metrics.</returns>
    /// <exception cref="OperationCanceledException">Stopped on request; a checkpoint of the last finished step was saved.</exception>
    StageOutcome Run(StageContext context);
}

/// <param name="Seconds">Seconds worked, all sessions of a resumed stage together.</param>
internal sealed record StageOutcome(double Seconds, IReadOnlyDictionary<string, double> Metrics);
