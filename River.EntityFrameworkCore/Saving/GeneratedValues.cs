using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace River.EntityFrameworkCore.Saving;

/// <summary>
/// Shows the values that the database has generated in the entities themselves. EF Core puts them there only after the
/// commit, but jobs are made before it. Takes them out again, so that a save that is tried again finds what it left.
/// </summary>
internal sealed class GeneratedValues : IDisposable
{
    private readonly List<(object Entity, MemberInfo Member, object? Before)> _shown = [];

    public GeneratedValues(DbContext context)
    {
        var detects = context.ChangeTracker.AutoDetectChangesEnabled;
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        try
        {
            foreach (var entry in context.ChangeTracker.Entries().Where(entry => entry.State is EntityState.Added or EntityState.Modified))
            {
                foreach (var property in entry.Properties)
                    Show(entry.Entity, property.Metadata, property.CurrentValue);
            }
        }
        finally
        {
            context.ChangeTracker.AutoDetectChangesEnabled = detects;
        }
    }

    public void Dispose()
    {
        foreach (var (entity, member, before) in _shown)
            Write(entity, member, before);
    }

    private static void Write(object entity, MemberInfo member, object? value)
    {
        if (member is FieldInfo field)
            field.SetValue(entity, value);
        else
            ((PropertyInfo)member).SetValue(entity, value);
    }

    private void Show(object entity, IProperty property, object? value)
    {
        // The field, where there is one: a setter may tell others of the change.
        MemberInfo? member = property.IsShadowProperty() || property.IsIndexerProperty() ? null
            : property.FieldInfo ?? (property.PropertyInfo is { CanRead: true, CanWrite: true } ? property.PropertyInfo : (MemberInfo?)null);
        if (member is null)
            return;
        var before = member is FieldInfo field ? field.GetValue(entity) : ((PropertyInfo)member).GetValue(entity);
        if (Equals(before, value))
            return;
        _shown.Add((entity, member, before));
        Write(entity, member, value);
    }
}
