using System.Text.Json.Nodes;
using Npgsql;

namespace River.Tests.Postgres.Schema;

/// <summary>What a schema holds, in the form of <c>river_catalog.json</c>, which was read from a database that River's own tool migrated.</summary>
internal static class Catalogue
{
    private const string Text =
        """
        WITH tables AS (
            SELECT c.oid, c.relname, c.relpersistence, c.reloptions
            FROM pg_class c WHERE c.relnamespace = $1::regnamespace AND c.relkind = 'r'
        )
        SELECT jsonb_build_object(
            'enums', (
                SELECT jsonb_object_agg(t.typname, (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid))
                FROM pg_type t WHERE t.typnamespace = $1::regnamespace AND t.typtype = 'e'),
            'tables', (SELECT jsonb_object_agg(t.relname, jsonb_build_object(
                'columns', (
                    SELECT jsonb_agg(jsonb_build_object(
                        'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'default', pg_get_expr(d.adbin, d.adrelid),
                        'not_null', a.attnotnull, 'position', a.attnum) ORDER BY a.attnum)
                    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                    WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
                'comment', obj_description(t.oid, 'pg_class'),
                'indexes', (
                    SELECT jsonb_agg(jsonb_build_object(
                        'def', pg_get_indexdef(i.indexrelid), 'name', x.relname, 'valid', i.indisvalid, 'unique', i.indisunique, 'primary', i.indisprimary) ORDER BY x.relname)
                    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = t.oid),
                'triggers', (SELECT jsonb_agg(g.tgname) FROM pg_trigger g WHERE g.tgrelid = t.oid AND NOT g.tgisinternal),
                'reloptions', to_jsonb(t.reloptions),
                'constraints', (
                    SELECT jsonb_agg(jsonb_build_object(
                        'def', pg_get_constraintdef(k.oid), 'name', k.conname,
                        'type', CASE k.contype WHEN 'c' THEN 'check' WHEN 'p' THEN 'primary key' WHEN 'f' THEN 'foreign key' WHEN 'u' THEN 'unique' END) ORDER BY k.conname)
                    FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype <> 'n'),
                'persistence', CASE t.relpersistence WHEN 'p' THEN 'permanent' WHEN 'u' THEN 'unlogged' END,
                'dropped_column_slots', (SELECT jsonb_agg(a.attnum) FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attisdropped))) FROM tables t),
            'functions', (
                SELECT jsonb_agg(jsonb_build_object(
                    'def', pg_get_functiondef(p.oid), 'args', pg_get_function_arguments(p.oid), 'name', p.proname, 'result', pg_get_function_result(p.oid),
                    'strict', p.proisstrict, 'parallel', p.proparallel, 'volatility', p.provolatile) ORDER BY p.proname)
                FROM pg_proc p WHERE p.pronamespace = $1::regnamespace),
            'sequences', (
                SELECT jsonb_agg(jsonb_build_object(
                    'name', s.sequencename, 'type', s.data_type::text, 'cache', s.cache_size, 'cycle', s.cycle, 'start', s.start_value, 'increment', s.increment_by) ORDER BY s.sequencename)
                FROM pg_sequences s WHERE s.schemaname = $1))::text
        """;

    /// <summary>Reads a schema that stands alone in the search path, so that names come out unqualified.</summary>
    public static async Task<JsonObject> ReadAsync(string connectionString, string schema = "public")
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, SearchPath = $"\"{schema}\"" }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Text.Replace("$1::regnamespace", "quote_ident($1)::regnamespace", StringComparison.Ordinal), connection) { Parameters = { new() { Value = schema } } };
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)!.AsObject();
    }

    public static JsonObject River()
    {
        using var stream = typeof(Catalogue).Assembly.GetManifestResourceStream("river_catalog.json")!;
        var catalogue = JsonNode.Parse(stream)!.AsObject();
        catalogue.Remove("river_migration");
        return catalogue;
    }

    /// <summary>One line for each leaf, so that a difference shows as a line.</summary>
    public static IReadOnlyList<string> Lines(JsonNode? node, string path = "") => node switch
    {
        JsonObject members => [.. members.OrderBy(member => member.Key, StringComparer.Ordinal).SelectMany(member => Lines(member.Value, $"{path}/{member.Key}"))],
        // Named things are compared by name, whatever their order.
        JsonArray items => [.. items.SelectMany((item, i) => Lines(item, $"{path}/{(item is JsonObject named && named["name"] is { } name ? name : i)}")).Order(StringComparer.Ordinal)],
        null => [$"{path} = null"],
        _ => [$"{path} = '{node}'"],
    };
}
