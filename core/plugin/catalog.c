/* SPDX-License-Identifier: MIT */
/*
 * A catalog is a list of directories in the order of the search, each with the files found in it.
 * An alias is looked up by walking that order, so "first directory wins" needs no table of its own
 * that could disagree with what `execz plugin list` shows.  There are a few dozen files at most.
 *
 * A file that is refused never hides a usable one further down: a broken copy in a user's directory
 * must not take away what is installed.  Only if nobody else has the alias does its refusal become
 * the answer; where the alias of a refused file is not known, the file's name stands for it.
 */
#include "plugin/catalog.h"

#include "base/error.h"
#include "base/parse.h"
#include "plugin/builtin_dir.h"
#include "plugin/codes.h"
#include "plugin/directory.h"

#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

struct ez_catalog {
    GPtrArray *directories; /* ez_plugin_directory, owned */
    GPtrArray *files;       /* all of theirs, then the named ones; borrowed */
    GPtrArray *named;       /* ez_plugin_file, owned; asked for by path and in no directory */
};

static void
free_directory(void *data)
{
    ez_plugin_directory_free(data);
}

static void
free_file(void *data)
{
    ez_plugin_file_free(data);
}

static void
add_directory(ez_catalog *self, const char *path, const char *origin, const char *skip_reason)
{
    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *earlier = self->directories->pdata[i];

        if (skip_reason == NULL && strcmp(earlier->path, path) == 0) {
            skip_reason = "already searched above";
        }
    }
    g_ptr_array_add(self->directories, ez_plugin_directory_new(path, origin, skip_reason));
}

ez_catalog_settings
ez_catalog_settings_of_process(void)
{
    ez_catalog_settings settings = {
        .environment_path = g_getenv("EXECZ_PLUGIN_PATH"),
        .data_home = g_get_user_data_dir(),
    };

    if (getauxval(AT_SECURE) != 0) {
        settings.environment_ignored = "ignored (running with raised privileges)";
    } else if (geteuid() == 0) {
        settings.environment_ignored = "ignored (running as root)";
    }
    return settings;
}

static void
add_configured(ez_catalog *self, const char *const *paths)
{
    for (size_t i = 0; paths != NULL && paths[i] != NULL; i++) {
        add_directory(self, paths[i], "plugin_path",
                      g_path_is_absolute(paths[i]) ? NULL : "not read: the path is not absolute");
    }
}

static void
add_environment(ez_catalog *self, const ez_catalog_settings *settings)
{
    const char *ignored = settings->environment_ignored;
    g_auto(GStrv) paths = NULL;
    g_autofree char *data_dir = NULL;

    if (settings->environment_path != NULL && ignored != NULL) {
        add_directory(self, "EXECZ_PLUGIN_PATH", "environment", ignored);
    } else if (settings->environment_path != NULL && settings->environment_path[0] != '\0') {
        paths = g_strsplit(settings->environment_path, ":", -1);
        for (char **path = paths; *path != NULL; path++) {
            const char *error = g_path_is_absolute(*path) ? NULL
                                : (*path)[0] == '\0'      ? "not read: an empty part of the list"
                                                          : "not read: the path is not absolute";
            add_directory(self, *path, "EXECZ_PLUGIN_PATH", error);
        }
    }
    if (settings->data_home != NULL) {
        data_dir = g_build_filename(settings->data_home, EZ_PLUGIN_SUBDIR, NULL);
        add_directory(self, data_dir, "user",
                      ignored != NULL                ? ignored
                      : g_path_is_absolute(data_dir) ? NULL
                                                     : "not read: the path is not absolute");
    }
}

void
ez_catalog_free(ez_catalog *self)
{
    if (self != NULL) {
        g_ptr_array_unref(self->files);
        g_ptr_array_unref(self->directories);
        g_ptr_array_unref(self->named);
        g_free(self);
    }
}

/* The first usable file with this alias; *rival_out is a second one in the same directory. */
static const ez_plugin_file *
resolve(const ez_catalog *self, const char *alias, const ez_plugin_file **rival_out)
{
    *rival_out = NULL;
    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *directory = self->directories->pdata[i];
        const ez_plugin_file *file = ez_plugin_directory_find(directory, alias, true, 0);

        if (file != NULL) {
            *rival_out = ez_plugin_directory_find(directory, alias, true, 1);
            return file;
        }
    }
    return NULL;
}

/* The first refused file with this alias or name. */
static const ez_plugin_file *
find_refused(const ez_catalog *self, const char *alias)
{
    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_file *file =
            ez_plugin_directory_find(self->directories->pdata[i], alias, false, 0);

        if (file != NULL) {
            return file;
        }
    }
    return NULL;
}

/* A part is shadowed if its main alias already means another directory's file. */
static void
mark_shadowed(ez_catalog *self, const ez_plugin_directory *directory, ez_plugin_file *file)
{
    for (uint32_t i = 0; i < file->n_parts && file->refusal.status == EXECZ_OK; i++) {
        const ez_plugin_file *rival;
        const ez_plugin_file *winner = resolve(self, file->parts[i].aliases[0], &rival);

        if (winner != file && !g_ptr_array_find(directory->files, winner, NULL)) {
            file->parts[i].shadowed_by = winner;
        }
    }
}

void
ez_catalog_scan(ez_catalog *self)
{
    g_ptr_array_set_size(self->files, 0);
    g_ptr_array_set_size(self->named, 0);
    for (guint i = 0; i < self->directories->len; i++) {
        ez_plugin_directory_scan(self->directories->pdata[i]);
    }
    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *directory = self->directories->pdata[i];

        for (guint j = 0; j < directory->files->len; j++) {
            g_ptr_array_add(self->files, directory->files->pdata[j]);
            mark_shadowed(self, directory, directory->files->pdata[j]);
        }
    }
}

ez_catalog *
ez_catalog_new(const ez_catalog_settings *settings)
{
    ez_catalog *self = g_new0(ez_catalog, 1);
    g_autofree char *builtin =
        settings->builtin_dir == NULL ? ez_builtin_dir() : g_strdup(settings->builtin_dir);

    self->directories = g_ptr_array_new_with_free_func(free_directory);
    self->files = g_ptr_array_new();
    self->named = g_ptr_array_new_with_free_func(free_file);
    add_directory(self, builtin == NULL ? "" : builtin, "built in",
                  builtin == NULL ? "not read: cannot find out where libexecz is" : NULL);
    add_configured(self, settings->plugin_path);
    add_environment(self, settings);
    ez_catalog_scan(self);
    return self;
}

static void
add_aliases(const ez_plugin_file *file, GPtrArray *aliases)
{
    for (uint32_t i = 0; i < file->n_parts && file->refusal.status == EXECZ_OK; i++) {
        for (char **name = file->parts[i].aliases; *name != NULL; name++) {
            g_ptr_array_add(aliases, *name);
        }
    }
}

/* The usable alias nearest to this one; NULL if none is near.  Files named by their path do not
 * count, since their aliases would not be found. */
static const char *
nearest_alias(const ez_catalog *self, const char *alias)
{
    g_autoptr(GPtrArray) aliases = g_ptr_array_new();

    for (guint i = 0; i < self->files->len - self->named->len; i++) {
        add_aliases(self->files->pdata[i], aliases);
    }
    return ez_nearest(alias, (const char *const *)aliases->pdata, aliases->len);
}

static execz_status
fail_unknown(const ez_catalog *self, const char *alias, execz_error *err)
{
    g_autoptr(GString) searched = g_string_new(NULL);
    const char *near = nearest_alias(self, alias);

    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *directory = self->directories->pdata[i];

        if (directory->skip_reason == NULL) {
            g_string_append_printf(searched, "%s%s", searched->len == 0 ? "" : ", ",
                                   directory->path);
        }
    }
    return ez_plugin_fail(err, EZ_P_UNKNOWN_ALIAS,
                          "no plugin has the alias '%s'%s%s%s; looked in %s", alias,
                          near == NULL ? "" : "; did you mean \"", near == NULL ? "" : near,
                          near == NULL ? "" : "\"?", searched->str);
}

/* The same words for whoever asks. */
static void
refuse(const execz_error *refusal, execz_error *err)
{
    ez_fail_code(err, refusal->status, refusal->code, "%s", refusal->message);
}

const ez_plugin_file *
ez_catalog_find(ez_catalog *self, const char *alias, execz_error *err)
{
    const ez_plugin_file *rival;
    const ez_plugin_file *found = resolve(self, alias, &rival);

    if (found != NULL && rival != NULL) {
        ez_plugin_fail(err, EZ_P_AMBIGUOUS_ALIAS,
                       "the alias '%s' has two plugins in one directory, %s and %s; remove one",
                       alias, found->path, rival->path);
        return NULL;
    }
    if (found == NULL) {
        const ez_plugin_file *refused = find_refused(self, alias);

        if (refused == NULL) {
            fail_unknown(self, alias, err);
        } else {
            refuse(&refused->refusal, err);
        }
    }
    return found;
}

static const ez_plugin_file *
known_file(const ez_catalog *self, const char *path)
{
    for (guint i = 0; i < self->files->len; i++) {
        const ez_plugin_file *file = self->files->pdata[i];

        if (strcmp(file->path, path) == 0) {
            return file;
        }
    }
    return NULL;
}

const ez_plugin_file *
ez_catalog_find_file(ez_catalog *self, const char *path, execz_error *err)
{
    const ez_plugin_file *file = known_file(self, path);

    if (file == NULL) {
        ez_plugin_file *added = ez_plugin_file_new(path);

        added->origin = "named";
        g_ptr_array_add(self->named, added);
        g_ptr_array_add(self->files, added);
        file = added;
    }
    if (file->refusal.status != EXECZ_OK) {
        refuse(&file->refusal, err);
        return NULL;
    }
    return file;
}

size_t
ez_catalog_count(const ez_catalog *self)
{
    return self->files->len;
}

const ez_plugin_file *
ez_catalog_get(const ez_catalog *self, size_t index)
{
    return self->files->pdata[index];
}

char **
ez_catalog_directories(const ez_catalog *self)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();

    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *directory = self->directories->pdata[i];

        if (directory->skip_reason == NULL) {
            g_strv_builder_add(builder, directory->path);
        }
    }
    return g_strv_builder_end(builder);
}

const char *
ez_catalog_origin(const ez_catalog *self, const ez_plugin_file *file)
{
    return file->origin;
}

const char *
ez_catalog_which(const ez_catalog *self, const char *alias)
{
    const ez_plugin_file *rival;
    const ez_plugin_file *found = resolve(self, alias, &rival);

    found = found == NULL ? find_refused(self, alias) : found;
    return found == NULL ? NULL : found->path;
}

char *
ez_catalog_trace(const ez_catalog *self, const char *alias)
{
    GString *text = g_string_new(NULL);
    const ez_plugin_file *rival;
    const char *near = NULL;
    size_t width = 0;

    if (alias != NULL && resolve(self, alias, &rival) == NULL) {
        near = nearest_alias(self, alias);
    }
    if (near != NULL) {
        g_string_append_printf(text, "did you mean \"%s\"?\n", near);
    }
    for (guint i = 0; i < self->directories->len; i++) {
        width = MAX(width, strlen(((ez_plugin_directory *)self->directories->pdata[i])->path));
    }
    g_string_append(text, alias == NULL ? "looked for plugins in" : "looked for this alias in");
    for (guint i = 0; i < self->directories->len; i++) {
        const ez_plugin_directory *directory = self->directories->pdata[i];

        g_string_append_printf(text, "\n  %-*s  %-17s  ", (int)width, directory->path,
                               directory->origin);
        ez_plugin_directory_describe(directory, text);
    }
    return g_string_free(text, FALSE);
}
