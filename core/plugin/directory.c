/* SPDX-License-Identifier: MIT */
#include "plugin/directory.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

static void
free_file(void *data)
{
    ez_plugin_file_free(data);
}

ez_plugin_directory *
ez_plugin_directory_new(const char *path, const char *origin, const char *skip_reason)
{
    ez_plugin_directory *self = g_new0(ez_plugin_directory, 1);

    self->path = g_strdup(path);
    self->origin = g_strdup(origin);
    self->skip_reason = g_strdup(skip_reason);
    self->files = g_ptr_array_new_with_free_func(free_file);
    return self;
}

void
ez_plugin_directory_free(ez_plugin_directory *self)
{
    if (self != NULL) {
        g_free(self->path);
        g_free(self->origin);
        g_free(self->skip_reason);
        g_free(self->remark);
        g_ptr_array_unref(self->files);
        g_free(self);
    }
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names that may be plugins, sorted; NULL with errno if the directory cannot be read. */
static GPtrArray *
list_names(const char *path)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    DIR *entries = opendir(path);
    struct dirent *entry;

    if (entries == NULL) {
        return NULL;
    }
    while ((entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.' && g_str_has_suffix(entry->d_name, ".so")) {
            g_ptr_array_add(names, g_strdup(entry->d_name));
        }
    }
    closedir(entries);
    g_ptr_array_sort(names, compare_names);
    return g_steal_pointer(&names);
}

void
ez_plugin_directory_scan(ez_plugin_directory *self)
{
    g_autoptr(GPtrArray) names = NULL;

    g_ptr_array_set_size(self->files, 0);
    g_clear_pointer(&self->remark, g_free);
    if (self->skip_reason != NULL) {
        self->remark = g_strdup(self->skip_reason);
        return;
    }
    names = list_names(self->path);
    if (names == NULL) {
        self->remark = errno == ENOENT ? g_strdup("no such directory")
                                       : g_strdup_printf("cannot be read: %s", g_strerror(errno));
        return;
    }
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *path = g_build_filename(self->path, names->pdata[i], NULL);
        ez_plugin_file *file = ez_plugin_file_new(path);

        if (file->refusal.status == EXECZ_E_NOT_FOUND) { /* it went in this very moment */
            ez_plugin_file_free(file);
            continue;
        }
        file->origin = self->origin;
        g_ptr_array_add(self->files, file);
    }
    if (names->len == 0) {
        self->remark = g_strdup("no plugins");
    }
}

static bool
has_alias(const ez_plugin_file *file, const char *alias)
{
    if (ez_plugin_file_part(file, alias) != NULL) {
        return true;
    }
    return file->n_parts == 0 && strcmp(file->stem, alias) == 0;
}

const ez_plugin_file *
ez_plugin_directory_find(const ez_plugin_directory *self, const char *alias, bool usable,
                         unsigned skip)
{
    for (guint i = 0; i < self->files->len; i++) {
        const ez_plugin_file *file = self->files->pdata[i];

        if ((file->refusal.status == EXECZ_OK) == usable && has_alias(file, alias) && skip-- == 0) {
            return file;
        }
    }
    return NULL;
}

/* The refusal without the path that a list shows anyway. */
static const char *
reason_of(const ez_plugin_file *file)
{
    const char *message = file->refusal.message;
    size_t length = strlen(file->path);

    return strncmp(message, file->path, length) == 0 && strncmp(message + length, ": ", 2) == 0
               ? message + length + 2
               : message;
}

static void
describe_file(const ez_plugin_file *file, GString *text)
{
    g_autofree char *name = g_path_get_basename(file->path);
    g_autofree char *shown = g_utf8_make_valid(name, -1);

    for (char *c = shown; *c != '\0'; c++) {
        *c = g_ascii_iscntrl(*c) ? '?' : *c;
    }
    g_string_append(text, shown);
    if (file->refusal.status != EXECZ_OK) {
        g_string_append_printf(text, " refused: %s %s", file->refusal.code, reason_of(file));
        return;
    }
    g_string_append(text, " ->");
    for (uint32_t i = 0; i < file->n_parts; i++) {
        g_autofree char *aliases = g_strjoinv(" ", file->parts[i].aliases);

        g_string_append_printf(text, " %s", aliases);
        if (file->parts[i].shadowed_by != NULL) {
            g_string_append_printf(text, " (shadowed by %s)", file->parts[i].shadowed_by->path);
        }
    }
}

void
ez_plugin_directory_describe(const ez_plugin_directory *self, GString *text)
{
    if (self->remark != NULL) {
        g_string_append(text, self->remark);
    }
    for (guint i = 0; i < self->files->len; i++) {
        g_string_append(text, i == 0 ? "" : ";  ");
        describe_file(self->files->pdata[i], text);
    }
}
