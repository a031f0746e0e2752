/* SPDX-License-Identifier: MIT */
/* The catalog as <execz/catalog.h> promises it: one row for each thing in a file. */
#include <execz/catalog.h>

#include "plugin/catalog.h"

#include "base/error.h"

#include <stdbool.h>
#include <string.h>

typedef struct row {
    const ez_plugin_file *file;
    const ez_plugin_part *part; /* NULL: the file cannot be used */
} row;

struct execz_catalog {
    ez_catalog *catalog;
    GArray *rows; /* row */
};

static void
add_rows(execz_catalog *self, const ez_plugin_file *file)
{
    row one = {file, NULL};

    for (uint32_t part = 0; part < file->n_parts; part++) {
        one.part = &file->parts[part];
        g_array_append_val(self->rows, one);
    }
    if (file->n_parts == 0) {
        g_array_append_val(self->rows, one);
    }
}

execz_catalog *
execz_catalog_new(const char *const *plugin_path)
{
    ez_catalog_settings settings = ez_catalog_settings_of_process();
    execz_catalog *self = g_new0(execz_catalog, 1);

    settings.plugin_path = plugin_path;
    self->catalog = ez_catalog_new(&settings);
    self->rows = g_array_new(FALSE, FALSE, sizeof(row));
    for (size_t i = 0; i < ez_catalog_count(self->catalog); i++) {
        add_rows(self, ez_catalog_get(self->catalog, i));
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
        .sha256 = file->key.sum[0] == '\0' ? NULL : file->key.sum,
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

/* The row of a file's part, of its first one if part is NULL; rows->len if there is none. */
static size_t
find_row(const execz_catalog *self, const ez_plugin_file *file, const ez_plugin_part *part)
{
    for (guint i = 0; i < self->rows->len; i++) {
        const row *one = &g_array_index(self->rows, row, i);

        if (one->file == file && (part == NULL || one->part == part)) {
            return i;
        }
    }
    return self->rows->len;
}

execz_status
execz_catalog_find(execz_catalog *self, const char *alias, size_t *index_out, execz_error *err)
{
    execz_error reason = EXECZ_ERROR_INIT;
    bool is_path = g_path_is_absolute(alias);
    const ez_plugin_file *file = is_path ? ez_catalog_find_file(self->catalog, alias, &reason)
                                         : ez_catalog_find(self->catalog, alias, &reason);
    size_t index;

    if (file == NULL) {
        return ez_fail_code(err, reason.status, reason.code, "%s", reason.message);
    }
    index = find_row(self, file, is_path ? NULL : ez_plugin_file_part(file, alias));
    if (index == self->rows->len) {
        add_rows(self, file); /* asked for by path, and in none of the directories */
    }
    *index_out = index;
    return EXECZ_OK;
}

char *
execz_catalog_trace(const execz_catalog *self, const char *alias)
{
    g_autofree char *trace = ez_catalog_trace(self->catalog, alias);

    return strdup(trace);
}
