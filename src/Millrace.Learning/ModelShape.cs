namespace Millrace.Learning;

/// <summary>What a model of the list is made for.</summary>
/// <param name="Features">The columns of its rows.</param>
/// <param name="Classes">Classes to begin with; classifiers take later ones too.</param>
/// <param name="Seed">For models that draw random numbers.</param>
public sealed record ModelShape(FeatureSet Features, int Classes = 2, ulong Seed = 42);
