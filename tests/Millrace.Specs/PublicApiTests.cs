using System.Reflection;
using System.Text;

namespace Millrace.Specs;

/// <summary>What others can call does not change unnoticed: each assembly's public members are listed in PublicApi/*.txt, and a change of the list is part of the change.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(Sketches.ISketch<>))]
    [InlineData(typeof(Learning.IModel))]
    [InlineData(typeof(Data.Batch))]
    [InlineData(typeof(Sql.SqlCompiler))]
    [InlineData(typeof(Sqlite.SqliteStore))]
    [InlineData(typeof(Cassandra.CassandraConnector))]
    [InlineData(typeof(Kafka.KafkaConnector))]
    [InlineData(typeof(Postgres.PostgresConnector))]
    [InlineData(typeof(Testing.PipelineTest))]
    [InlineData(typeof(Server.MillraceServer))]
    public void The_public_members_are_the_listed_ones(Type type) =>
        Repository.Matches($"tests/Millrace.Specs/PublicApi/{type.Assembly.GetName().Name}.txt", List(type.Assembly));

    static string List(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Kind(type)).Append(' ').Append(Name(type, isFull: true)).Append('\n');
            foreach (var member in Members(type).Distinct().Order(StringComparer.Ordinal)) text.Append("    ").Append(member).Append('\n');
        }
        return text.ToString();
    }

    static string Kind(Type type) => type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsAssignableTo(typeof(Delegate)) ? "delegate"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    static IEnumerable<string> Members(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        if (type.IsEnum) return Enum.GetNames(type);
        if (type.IsAssignableTo(typeof(Delegate))) return [Signature(type.GetMethod("Invoke")!)];
        return
        [
            .. type.GetConstructors(All).Where(IsVisible).Select(c => $"new({Parameters(c)})"),
            .. type.GetFields(All).Where(f => f.IsPublic || f.IsFamily).Select(f => $"{Static(f.IsStatic)}{Name(f.FieldType)} {f.Name}"),
            .. type.GetProperties(All).Where(p => IsVisible(p.GetMethod) || IsVisible(p.SetMethod)).Select(Property),
            .. type.GetEvents(All).Where(e => IsVisible(e.AddMethod)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"),
            .. type.GetMethods(All).Where(m => IsVisible(m) && (!m.IsSpecialName || m.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsOfRecord(m)).Select(Signature),
        ];
    }

    static bool IsVisible(MethodBase? method) => method is not null && (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && !method.Name.Contains('<', StringComparison.Ordinal);

    // What the compiler adds to every record says nothing.
    static bool IsOfRecord(MethodInfo method) =>
        method.Name is "PrintMembers" or "Deconstruct" or "op_Equality" or "op_Inequality" or "GetHashCode" or "ToString" or "Equals"
        && method.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is not null;

    static string Property(PropertyInfo property)
    {
        var index = property.GetIndexParameters();
        var set = property.SetMethod is { } setter && IsVisible(setter) ? setter.ReturnParameter.GetRequiredCustomModifiers().Length > 0 ? " init;" : " set;" : "";
        return $"{Static((property.GetMethod ?? property.SetMethod)!.IsStatic)}{Name(property.PropertyType)} {(index.Length > 0 ? $"this[{string.Join(", ", index.Select(p => Name(p.ParameterType)))}]" : property.Name)} {{{(IsVisible(property.GetMethod) ? " get;" : "")}{set} }}";
    }

    static string Signature(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        return $"{Static(method.IsStatic)}{(method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : "")}{Name(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{(p.IsOut ? "out " : p.ParameterType.IsByRef ? p.IsIn ? "in " : "ref " : "")}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + (p.RawDefaultValue ?? "default") : "")}"));

    static string Static(bool isStatic) => isStatic ? "static " : "";

    static string Name(Type type, bool isFull = false)
    {
        if (type.IsByRef || type.IsPointer) return Name(type.GetElementType()!, isFull);
        if (type.IsArray) return Name(type.GetElementType()!, isFull) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner, isFull) + "?";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!, isFull)}.{type.Name}" : isFull && !type.IsGenericParameter ? type.FullName ?? type.Name : type.Name;
        var tick = name.IndexOf('`', StringComparison.Ordinal);
        if (tick >= 0) name = name[..tick];
        return type.IsGenericType ? $"{name}<{string.Join(", ", type.GetGenericArguments().Select(a => Name(a)))}>" : name;
    }
}
