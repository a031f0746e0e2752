/* SPDX-License-Identifier: MIT */
/* A directory of a test's own, with files but no directories in it. */
#ifndef EZ_TESTS_SCRATCH_H
#define EZ_TESTS_SCRATCH_H

#include <glib.h>
#include <glib/gstdio.h>

#include <criterion/criterion.h>

static inline char *
scratch_new(void)
{
    char *path = g_dir_make_tmp("execz-test-XXXXXX", NULL);

    cr_assert(path != NULL);
    return path;
}

/* Removes it and frees path. */
static inline void
scratch_free(char *path)
{
    GDir *directory = g_dir_open(path, 0, NULL);
    const char *name;

    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        g_unlink(file);
    }
    g_clear_pointer(&directory, g_dir_close);
    g_rmdir(path);
    g_free(path);
}

/* What a crash of whoever uses the directory would leave: a copy of its files as they are now. */
static inline char *
scratch_copy(const char *path)
{
    char *copy = scratch_new();
    GDir *directory = g_dir_open(path, 0, NULL);
    const char *name;

    cr_assert(directory != NULL);
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *from = g_build_filename(path, name, NULL);
        g_autofree char *to = g_build_filename(copy, name, NULL);
        g_autofree char *bytes = NULL;
        gsize length;

        if (g_str_has_suffix(name, "-shm")) {
            continue; /* shared memory, which is made anew */
        }
        cr_assert(g_file_get_contents(from, &bytes, &length, NULL) &&
                  g_file_set_contents(to, bytes, (gssize)length, NULL));
    }
    g_dir_close(directory);
    return copy;
}

#endif
