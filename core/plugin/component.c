/* SPDX-License-Identifier: MIT */
#include "plugin/component.h"

#include "base/error.h"
#include "plugin/codes.h"
#include "plugin/descriptor.h"

#include <execz/metrics.h>
#include <execz/store.h>

#include <string.h>

/* A function that a kind cannot do without. */
typedef struct required {
    const char *name;
    size_t at;
} required;

/* What a table of functions must be like; all that this layer knows of a kind. */
typedef struct kind {
    const char *name;
    size_t size;       /* in this execz */
    size_t least_size; /* in the kind's first version */
    required functions[8];
} kind;

static const kind kinds[] = {
    {EXECZ_KIND_EXECUTOR,
     sizeof(execz_executor_ops),
     80,
     {{"start", offsetof(execz_executor_ops, start)},
      {"shutdown", offsetof(execz_executor_ops, shutdown)},
      {"send_task", offsetof(execz_executor_ops, send_task)},
      {"destroy", offsetof(execz_executor_ops, destroy)}}},
    {EXECZ_KIND_STORE,
     sizeof(execz_store_ops),
     48,
     {{"open", offsetof(execz_store_ops, open)},
      {"load", offsetof(execz_store_ops, load)},
      {"commit", offsetof(execz_store_ops, commit)},
      {"history", offsetof(execz_store_ops, history)},
      {"close", offsetof(execz_store_ops, close)}}},
    {EXECZ_KIND_METRICS,
     sizeof(execz_metrics_ops),
     24,
     {{"start", offsetof(execz_metrics_ops, start)}, {"stop", offsetof(execz_metrics_ops, stop)}}},
};

bool
ez_copy_sized(void *out, size_t out_size, const void *from, uint32_t from_size, size_t least_size)
{
    if (from == NULL || from_size < least_size) {
        return false;
    }
    memset(out, 0, out_size);
    memcpy(out, from, MIN(out_size, from_size));
    return true;
}

static const kind *
find_kind(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return &kinds[i];
        }
    }
    return NULL;
}

static execz_status
wrong_size(const ez_plugin_file *file, const char *what, uint32_t size, size_t least,
           execz_error *err)
{
    return ez_plugin_fail(err, EZ_P_BAD_DESCRIPTOR,
                          "%s: its %s has the size %u, at least %zu was expected: set .size to the "
                          "struct's sizeof and build it again",
                          file->path, what, size, least);
}

static execz_status
disagree(const ez_plugin_file *file, const char *what, const char *code, const char *note,
         execz_error *err)
{
    execz_status status = ez_descriptor_disagrees(what, code, note, err);

    ez_error_prefix(err, "%s: ", file->path);
    return status;
}

execz_status
ez_component_take_ops(ez_component *self, const ez_plugin_file *file, const void *ops,
                      execz_error *err)
{
    const kind *found = find_kind(self->part->kind);
    uint32_t size = 0;

    if (found == NULL) {
        return EXECZ_OK; /* the file's other components may be usable */
    }
    if (ops != NULL) {
        memcpy(&size, ops, sizeof size);
    }
    self->ops = g_malloc0(found->size);
    if (!ez_copy_sized(self->ops, found->size, ops, size, found->least_size)) {
        return wrong_size(file, "table of functions", size, found->least_size, err);
    }
    for (const required *function = found->functions; function->name != NULL; function++) {
        void *address;

        memcpy(&address, (const char *)self->ops + function->at, sizeof address);
        if (address == NULL) {
            return ez_plugin_fail(err, EZ_P_MISSING_FUNCTION,
                                  "%s: '%s' has no function '%s', which every %s must have",
                                  file->path, self->part->aliases[0], function->name, found->name);
        }
    }
    return EXECZ_OK;
}

static bool
same_options(const ez_option_table *note, const execz_option *options, uint32_t n)
{
    return n == note->n &&
           (n == 0 || (options != NULL && options[0].size == note->stride &&
                       memcmp(options, note->bytes, (size_t)n * note->stride) == 0));
}

static execz_status
disagree_options(const ez_plugin_file *file, const ez_plugin_part *part, const char *what,
                 const char *macro, execz_error *err)
{
    return ez_plugin_fail(err, EZ_P_NOTE_DISAGREES,
                          "%s: the %s of '%s' are not those of the note in the file: declare them "
                          "with %s() and the component's own alias text",
                          file->path, what, part->aliases[0], macro);
}

/* raw is the plugin's component for part. */
static execz_status
compare_part(const ez_plugin_file *file, const ez_plugin_part *part, const execz_component *raw,
             execz_error *err)
{
    if (g_strcmp0(raw->kind, part->kind) != 0) {
        return disagree(file, "kind", raw->kind, part->kind, err);
    }
    if (g_strcmp0(raw->summary == NULL ? "" : raw->summary, part->summary) != 0) {
        return disagree(file, "summary", raw->summary, part->summary, err);
    }
    if (raw->caps != part->caps) {
        g_autofree char *code = g_strdup_printf("0x%x", raw->caps);
        g_autofree char *note = g_strdup_printf("0x%x", part->caps);

        return disagree(file, "caps", code, note, err);
    }
    if (!same_options(&part->options, raw->options, raw->n_options)) {
        return disagree_options(file, part, "options", "EXECZ_OPTIONS", err);
    }
    if (!same_options(&part->task_options, raw->task_options, raw->n_task_options)) {
        return disagree_options(file, part, "task options", "EXECZ_TASK_OPTIONS", err);
    }
    return EXECZ_OK;
}

static const ez_plugin_part *
find_part(const ez_plugin_file *file, const char *alias_text)
{
    for (uint32_t i = 0; i < file->n_parts; i++) {
        if (g_strcmp0(file->parts[i].alias_text, alias_text) == 0) {
            return &file->parts[i];
        }
    }
    return NULL;
}

static execz_status
read_component(const execz_component *raw, const ez_plugin_file *file, ez_component *components,
               execz_error *err)
{
    execz_component copy;
    const ez_plugin_part *part;
    ez_component *component;
    execz_status status;

    if (raw == NULL || !ez_copy_sized(&copy, sizeof copy, raw, raw->size, 72)) {
        return wrong_size(file, "component", raw == NULL ? 0 : raw->size, 72, err);
    }
    part = find_part(file, copy.alias);
    if (part == NULL) {
        return disagree(file, "alias", copy.alias, file->parts[0].alias_text, err);
    }
    component = &components[part - file->parts];
    if (component->part != NULL) {
        return ez_plugin_fail(err, EZ_P_NOTE_DISAGREES,
                              "%s: its descriptor has two components with the alias '%s'",
                              file->path, copy.alias);
    }
    component->part = part;
    status = compare_part(file, part, &copy, err);
    return status == EXECZ_OK ? ez_component_take_ops(component, file, copy.ops, err) : status;
}

static execz_status
compare_number(const ez_plugin_file *file, const char *what, uint32_t code, uint32_t note,
               execz_error *err)
{
    g_autofree char *code_text =
        g_strdup_printf("%u.%u", EXECZ_ABI_MAJOR(code), EXECZ_ABI_MINOR(code));
    g_autofree char *note_text =
        g_strdup_printf("%u.%u", EXECZ_ABI_MAJOR(note), EXECZ_ABI_MINOR(note));

    return code == note ? EXECZ_OK : disagree(file, what, code_text, note_text, err);
}

static execz_status
compare_file(const execz_plugin *plugin, const ez_plugin_file *file, execz_error *err)
{
    execz_status status = compare_number(file, "abi", plugin->abi, file->abi, err);

    if (status == EXECZ_OK) {
        status = compare_number(file, "needs_abi", plugin->needs_abi, file->needs_abi, err);
    }
    if (status != EXECZ_OK) {
        return status;
    }
    if (g_strcmp0(plugin->id, file->id) != 0) {
        return disagree(file, "id", plugin->id, file->id, err);
    }
    if (g_strcmp0(plugin->version == NULL ? "" : plugin->version, file->version) != 0) {
        return disagree(file, "version", plugin->version, file->version, err);
    }
    if (plugin->n_components != file->n_parts || plugin->components == NULL) {
        return ez_plugin_fail(err, EZ_P_NOTE_DISAGREES,
                              "%s: its descriptor has %u components, the file has notes for %u: "
                              "write one EXECZ_NOTE() for each",
                              file->path, plugin->n_components, file->n_parts);
    }
    return EXECZ_OK;
}

execz_status
ez_components_read(const execz_plugin *descriptor, const ez_plugin_file *file,
                   ez_component *components, execz_error *err)
{
    execz_plugin plugin;
    execz_status status;

    if (descriptor->magic != EXECZ_PLUGIN_MAGIC) {
        return ez_plugin_fail(err, EZ_P_BAD_DESCRIPTOR,
                              "%s: its descriptor starts with 0x%08x instead of the magic 0x%08x: "
                              "set .magic to EXECZ_PLUGIN_MAGIC and build it again",
                              file->path, descriptor->magic, EXECZ_PLUGIN_MAGIC);
    }
    if (!ez_copy_sized(&plugin, sizeof plugin, descriptor, descriptor->size, 72)) {
        return wrong_size(file, "descriptor", descriptor->size, 72, err);
    }
    status = compare_file(&plugin, file, err);
    for (uint32_t i = 0; i < plugin.n_components && status == EXECZ_OK; i++) {
        status = read_component(plugin.components[i], file, components, err);
    }
    return status;
}
