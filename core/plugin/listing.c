/* SPDX-License-Identifier: MIT */
/* The catalog as <execz/catalog.h> promises it: one row for each thing in a file. */
#include <execz/catalog.h>

#include "plugin/catalog.h"

#include "base/error.h"

#include <string.h>

typedef struct row {
    const ez_plugin_file *file;
    const ez_plugin_part *part; /* NULL: the file cannot be used */
} row;

struct execz_catalog {
    ez_catalog *catalog;
    GArray *rows; /* row */
};

execz_catalog *
execz_catalog_new(const char *const *plugin_path)
{
    ez_catalog_settings settings = ez_catalog_settings_of_process();
    execz_catalog *self = g_new0(execz_catalog, 1);

    settings.plugin_path = plugin_path;
    self->catalog = ez_catalog_new(&settings);
    self->rows = g_array_new(FALSE, FALSE, sizeof(row));
    for (size_t i = 0; i < ez_catalog_count(self->catalog); i++) {
        const ez_plugin_file *file = ez_catalog_get(self->catalog, i);
        row one = {file, NULL};

        for (uint32_t part = 0; part < file->n_parts; part++) {
            one.part = &file->parts[part];
            g_array_append_val(self->rows, one);
        }
        if (file->n_parts == 0) {
            g_array_append_val(self->rows, one);
        }
    }
    return self;
}

void
execz_catalog_free(execz_catalog *self)
{
    if (self != NULL) {
        g_array_unref(self->rows);
        ez_catalog_free(self->catalog);
        g_free(self);
    }
}

size_t
execz_catalog_count(const execz_catalog *self)
{
    return self->rows->len;
}

static void
describe(const execz_catalog *self, row one, execz_plugin_info *info_out)
{
    const ez_plugin_file *file = one.file;
    execz_plugin_info info = {
        .size = MIN(info_out->size, (uint32_t)sizeof info),
        .abi = file->abi,
        .needs_abi = file->needs_abi,
        .path = file->path,
        .origin = ez_catalog_origin(self->catalog, file),
        .id = file->id,
        .version = file->version,
    };

    if (file->refusal.status != EXECZ_OK) {
        info.refusal_code = file->refusal.code;
        info.refusal = file->refusal.message;
    }
    if (one.part != NULL) {
        info.caps = one.part->caps;
        info.alias = one.part->alias_text;
        info.kind = one.part->kind;
        info.summary = one.part->summary;
        info.shadowed_by = one.part->shadowed_by == NULL ? NULL : one.part->shadowed_by->path;
        info.options = one.part->options.option;
        info.n_options = one.part->options.n;
        info.task_options = one.part->task_options.option;
        info.n_task_options = one.part->task_options.n;
    }
    memcpy(info_out, &info, info.size);
}

void
execz_catalog_get(const execz_catalog *self, size_t index, execz_plugin_info *info_out)
{
    describe(self, g_array_index(self->rows, row, index), info_out);
}

execz_status
execz_catalog_find(execz_catalog *self, const char *alias, execz_plugin_info *info_out,
                   execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    row one = {NULL, NULL};

    if (g_path_is_absolute(alias)) {
        one.file = ez_catalog_find_file(self->catalog, alias, &reason);
        one.part = one.file == NULL || one.file->n_parts == 0 ? NULL : &one.file->parts[0];
    } else {
        one.file = ez_catalog_find(self->catalog, alias, &reason);
        one.part = one.file == NULL ? NULL : ez_plugin_file_part(one.file, alias);
    }
    if (one.file == NULL) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    describe(self, one, info_out);
    return EXECZ_OK;
}

char *
execz_catalog_trace(const execz_catalog *self, const char *alias)
{
    g_autofree char *trace = ez_catalog_trace(self->catalog, alias);

    return strdup(trace);
}
