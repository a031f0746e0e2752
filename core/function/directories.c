/* SPDX-License-Identifier: MIT */
#include "function/directories.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUILT_IN "execz/functions-1"
#define SUFFIX ".so"

typedef struct directory {
    char *path;          /* owned */
    const char *origin;  /* why it is searched */
    const char *ignored; /* why it is not, though somebody named it; NULL: it is */
} directory;

struct ez_directories {
    GArray *all; /* of directory, in the order of the search */
};

static void
clear_directory(void *element)
{
    g_free(((directory *)element)->path);
}

static void
add(ez_directories *self, const char *path, const char *origin, const char *ignored)
{
    directory added = {g_strdup(path), origin, ignored};

    if (ignored == NULL && path[0] != '/') {
        added.ignored = "ignored: not absolute";
    }
    g_array_append_val(self->all, added);
}

/* The file this code is in: this library's, or the program's, which has no name as a link map. */
static char *
own_file(void)
{
    struct link_map *map = NULL;
    Dl_info where;

    if (dladdr1((void *)ez_directories_new, &where, (void **)&map, RTLD_DL_LINKMAP) == 0) {
        return NULL;
    }
    return realpath(map->l_name[0] != '\0' ? map->l_name : "/proc/self/exe", NULL);
}

/* Beside that, so that a build tree, an installed and a moved one all work. */
static void
add_built_in(ez_directories *self)
{
    char *file = own_file();

    if (file != NULL) {
        g_autofree char *folder = g_path_get_dirname(file);
        g_autofree char *path = g_build_filename(folder, BUILT_IN, NULL);

        add(self, path, "built in", NULL);
    }
    free(file);
}

static void
add_environment(ez_directories *self)
{
    const char *text = secure_getenv("EXECZ_FUNCTION_PATH");
    const char *ignored = geteuid() == 0 ? "ignored for root" : NULL;
    g_auto(GStrv) paths = g_strsplit(text != NULL ? text : "", ":", -1);

    for (char **path = paths; *path != NULL; path++) {
        if (**path != '\0') {
            add(self, *path, "EXECZ_FUNCTION_PATH", ignored);
        }
    }
}

ez_directories *
ez_directories_new(const char *const *function_path)
{
    ez_directories *self = g_new0(ez_directories, 1);

    self->all = g_array_new(FALSE, FALSE, sizeof(directory));
    g_array_set_clear_func(self->all, clear_directory);
    for (; function_path != NULL && *function_path != NULL; function_path++) {
        add(self, *function_path, "function_path", NULL);
    }
    add_built_in(self);
    add_environment(self);
    return self;
}

void
ez_directories_free(ez_directories *self)
{
    if (self != NULL) {
        g_array_unref(self->all);
        g_free(self);
    }
}

char *
ez_directories_find(const ez_directories *self, const char *name)
{
    for (guint i = 0; i < self->all->len; i++) {
        const directory *at = &g_array_index(self->all, directory, i);
        g_autofree char *path = g_strdup_printf("%s/%s" SUFFIX, at->path, name);
        struct stat facts;

        if (at->ignored == NULL && stat(path, &facts) == 0) {
            return g_steal_pointer(&path);
        }
    }
    return NULL;
}

void
ez_directories_list(const ez_directories *self, GPtrArray *names)
{
    for (guint i = 0; i < self->all->len; i++) {
        const directory *at = &g_array_index(self->all, directory, i);
        g_autoptr(GDir) files = at->ignored == NULL ? g_dir_open(at->path, 0, NULL) : NULL;
        const char *file;

        while (files != NULL && (file = g_dir_read_name(files)) != NULL) {
            if (g_str_has_suffix(file, SUFFIX)) {
                g_ptr_array_add(names, g_strndup(file, strlen(file) - strlen(SUFFIX)));
            }
        }
    }
}

char *
ez_directories_describe(const ez_directories *self)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < self->all->len; i++) {
        const directory *at = &g_array_index(self->all, directory, i);
        const char *state = at->ignored != NULL                         ? at->ignored
                            : g_file_test(at->path, G_FILE_TEST_IS_DIR) ? NULL
                                                                        : "missing";

        g_string_append_printf(text, "%s%s (%s%s%s)", i > 0 ? ", " : "", at->path, at->origin,
                               state != NULL ? ", " : "", state != NULL ? state : "");
    }
    return g_string_free(text, FALSE);
}
