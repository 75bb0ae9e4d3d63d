namespace Millrace.Learning.Linear;

/// <summary>How weights follow the gradient.</summary>
public enum StepMethod
{
    /// <summary>A fixed rate; a step never goes past the point where the row's own loss is least, so that no row can make the weights explode.</summary>
    Sgd,

    /// <summary>A rate for each weight that falls with its own past gradients (Duchi, Hazan and Singer 2011). Good for rare features.</summary>
    AdaGrad,

    /// <summary>Momentum and a rate for each weight (Kingma and Ba 2015).</summary>
    Adam,

    /// <summary>Follow the regularised leader: with L1 most weights are exactly 0 (McMahan et al. 2013, Ad click prediction).</summary>
    Ftrl,
}
