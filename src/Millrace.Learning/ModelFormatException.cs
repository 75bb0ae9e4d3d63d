namespace Millrace.Learning;

/// <summary>An image is damaged, cut short, or not one of the model that was asked for. The only exception that loading throws.</summary>
/// <param name="message">What was found, what was expected, and where.</param>
public sealed class ModelFormatException(string message) : FormatException(message);
