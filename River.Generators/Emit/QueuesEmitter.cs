using Microsoft.CodeAnalysis;
using River.Generators.Pipeline;
using River.Grammar;
using River.Shapes;

namespace River.Generators.Emit;

/// <summary>Writes the constants of the declared queues' names.</summary>
internal static class QueuesEmitter
{
    public static void Emit(SourceProductionContext output, QueueModels queues, TargetModel target)
    {
        if (!target.CanGenerate)
            return;

        var code = new CodeWriter();
        code.Line();
        code.Open("namespace River");
        code.Line("/// <summary>The queues that this assembly and its references declare.</summary>");
        code.Line(CodeWriter.Stamp);
        code.Line(CodeWriter.Embedded);
        code.Open("internal static class Queues");
        foreach (var queue in queues.All.All)
        {
            if (queue.Dynamic)
                continue;
            code.Line($"/// <summary>The queue <c>{queue.Name}</c>.</summary>");
            code.Line($"public const string {CSharpText.Identifier(QueueConstant.Name(queue.Name))} = {CSharpText.Literal(queue.Name)};");
        }

        code.Close();
        code.Close();
        code.AddTo(output, "River.Queues.g.cs");
    }
}
