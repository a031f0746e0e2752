/* SPDX-License-Identifier: MIT */
/*
 * Libraries run their constructors when they are loaded, as the file itself does, so a trusted file
 * that takes a library out of a directory where anybody can put one is not to be trusted.  The search
 * is that of the loader as far as the file decides it: the directories of its run path, and names with
 * a slash.  What is not there the loader takes from where the administrator has told it to.
 *
 * $ORIGIN means nothing to a plugin, because it is mapped from a private copy: what the loader would
 * put in its place is a directory of descriptors.
 */
#include "plugin/libraries.h"

#include "plugin/codes.h"
#include "plugin/elf_dynamic.h"
#include "plugin/path.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARIES_MAX 64u

typedef struct search {
    GPtrArray *seen; /* paths of libraries, owned */
} search;

static execz_status check_object(search *self, const ez_image *image, execz_error *err);

/* ---- directories ---------------------------------------------------------------------------- */

static execz_status
refuse_run_path(const char *directory, const char *why, execz_error *err)
{
    return ez_plugin_fail(err, EZ_P_RUN_PATH,
                          "it looks for libraries in '%s' (its run path), %s; fix: link it with "
                          "-Wl,-rpath,/ABSOLUTE/DIRECTORY, or take that out with patchelf "
                          "--remove-rpath",
                          directory, why);
}

static execz_status
check_directory(const char *directory, execz_error *err)
{
    execz_error why = EXECZ_ERROR_INIT;
    int fd;

    if (strchr(directory, '$') != NULL) {
        return refuse_run_path(
            directory, "which names no directory, as a plugin is loaded from a private copy", err);
    }
    if (!g_path_is_absolute(directory)) {
        return refuse_run_path(directory, "which depends on where execz runs", err);
    }
    fd = ez_path_open_directory(directory, &why);
    if (fd >= 0) {
        close(fd);
    } else if (strcmp(why.code, ez_plugin_code_text(EZ_P_NO_FILE)) != 0) { /* that is normal */
        return ez_plugin_fail(err, EZ_P_RUN_PATH, "it looks for libraries in %s (its run path): %s",
                              directory, why.message);
    }
    return EXECZ_OK;
}

static execz_status
check_run_path(char *const *directories, execz_error *err)
{
    execz_status status = EXECZ_OK;

    for (; *directories != NULL && status == EXECZ_OK; directories++) {
        status = check_directory(*directories, err);
    }
    return status;
}

/* ---- libraries ------------------------------------------------------------------------------ */

/* path has no symbolic links. */
static execz_status
check_library(search *self, const char *path, execz_error *err)
{
    g_autoptr(ez_image) image = NULL;
    execz_error why = EXECZ_ERROR_INIT;

    if (g_ptr_array_find_with_equal_func(self->seen, path, g_str_equal, NULL)) {
        return EXECZ_OK;
    }
    if (self->seen->len == LIBRARIES_MAX) {
        return ez_plugin_fail(err, EZ_P_LIBRARY,
                              "it brings more than %u libraries; link some of them statically",
                              LIBRARIES_MAX);
    }
    g_ptr_array_add(self->seen, g_strdup(path));
    image = ez_image_open(path, &why);
    if (image == NULL || check_object(self, image, &why) != EXECZ_OK) {
        return ez_plugin_fail(err, EZ_P_LIBRARY, "it brings the library %s: %s", path, why.message);
    }
    return EXECZ_OK;
}

static execz_status
check_needed(search *self, const char *name, char *const *directories, execz_error *err)
{
    if (strchr(name, '/') != NULL && !g_path_is_absolute(name)) {
        return ez_plugin_fail(
            err, EZ_P_LIBRARY,
            "it needs the library '%s', and where that is depends on where execz "
            "runs; fix: give that library a name with -Wl,-soname when it is built",
            name);
    }
    for (; *directories != NULL || name[0] == '/'; directories++) {
        g_autofree char *path =
            name[0] == '/' ? g_strdup(name) : g_build_filename(*directories, name, NULL);
        char *real = realpath(path, NULL); /* libx.so.1 is mostly a link to libx.so.1.2.3 */
        execz_status status;

        if (real != NULL || name[0] == '/') {
            status = check_library(self, real == NULL ? path : real, err);
            free(real);
            return status;
        }
    }
    return EXECZ_OK;
}

static execz_status
check_object(search *self, const ez_image *image, execz_error *err)
{
    g_auto(ez_elf_dynamic) dynamic = {0};
    g_auto(GStrv) directories = NULL;
    execz_status status = ez_elf_dynamic_read(image->bytes, image->size, &dynamic, err);

    if (status != EXECZ_OK) {
        return status;
    }
    if (dynamic.text_relocations) {
        return ez_plugin_fail(err, EZ_P_TEXT_RELOCATIONS,
                              "its code would have to be writable while it is loaded (text "
                              "relocations); fix: compile all of it with -fPIC");
    }
    if (dynamic.executable_stack) {
        return ez_plugin_fail(err, EZ_P_EXECUTABLE_STACK,
                              "it makes the stacks of all threads executable; fix: link it with "
                              "-Wl,-z,noexecstack");
    }
    directories = g_strsplit(dynamic.run_path == NULL ? "" : dynamic.run_path, ":", -1);
    status = check_run_path(directories, err);
    for (guint i = 0; i < dynamic.needed->len && status == EXECZ_OK; i++) {
        status = check_needed(self, dynamic.needed->pdata[i], directories, err);
    }
    return status;
}

execz_status
ez_libraries_check(const ez_image *image, execz_error *err)
{
    search self = {g_ptr_array_new_with_free_func(g_free)};
    execz_status status = check_object(&self, image, err);

    g_ptr_array_unref(self.seen);
    return status;
}
