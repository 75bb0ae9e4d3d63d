namespace Millrace.Learning;

/// <summary>A line of the list of models.</summary>
/// <param name="Name">Its name in images and in SQL.</param>
/// <param name="Task">What it answers.</param>
/// <param name="Summary">What it is, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings, with the preparation it needs before it.</param>
/// <param name="Blank">Makes one for an image to be read into.</param>
public sealed record ModelEntry(string Name, ModelTask Task, string Summary, Type Type, Func<ModelShape, IModel> Create, Func<IModel> Blank);
