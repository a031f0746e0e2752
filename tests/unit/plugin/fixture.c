/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static GPtrArray *made; /* paths to remove, newest last; owned */

char *
fixture_path(const char *name)
{
    return g_strdup_printf("%s/%s.so", EXECZ_TEST_PLUGIN_DIR, name);
}

GBytes *
fixture_bytes(const char *name)
{
    g_autofree char *path = fixture_path(name);
    char *bytes = NULL;
    gsize size = 0;

    cr_assert(g_file_get_contents(path, &bytes, &size, NULL), "%s", path);
    return g_bytes_new_take(bytes, size);
}

Elf64_Phdr *
fixture_segment(uint8_t *image, uint32_t type)
{
    Elf64_Ehdr *header = (void *)image;
    Elf64_Phdr *segments = (void *)(image + header->e_phoff);

    for (unsigned i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == type) {
            return &segments[i];
        }
    }
    cr_fatal("no segment of type %u", type);
    return NULL;
}

Elf64_Dyn *
fixture_dynamic_entry(uint8_t *image, int64_t tag)
{
    Elf64_Dyn *entry = (void *)(image + fixture_segment(image, PT_DYNAMIC)->p_offset);

    for (; entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == tag) {
            return entry;
        }
    }
    cr_fatal("no dynamic entry %ld", (long)tag);
    return NULL;
}

void
fixture_replace(uint8_t *image, size_t size, const char *old, const char *new)
{
    uint8_t *at = memmem(image, size, old, strlen(old) + 1);

    cr_assert(ne(ptr, at, NULL), "no %s", old);
    cr_assert(le(sz, strlen(new), strlen(old)), "%s is too long for this test", new);
    memcpy(at, new, strlen(new) + 1);
}

static void
remove_made(void)
{
    for (guint i = made->len; i > 0; i--) {
        remove(made->pdata[i - 1]);
    }
    g_ptr_array_unref(made);
}

void
fixture_remember(char *path)
{
    if (made == NULL) {
        made = g_ptr_array_new_with_free_func(g_free);
        atexit(remove_made);
    }
    g_ptr_array_add(made, path);
}

const char *
fixture_directory(void)
{
    char *path = g_dir_make_tmp("execz-plugin-XXXXXX", NULL);

    cr_assert(path != NULL);
    fixture_remember(path);
    return path;
}

void
fixture_install(const char *directory, const char *name, const char *as)
{
    g_autoptr(GBytes) bytes = fixture_bytes(name);
    char *path = g_build_filename(directory, as, NULL);
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);

    cr_assert(
        g_file_set_contents_full(path, data, (gssize)size, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
    fixture_remember(path);
}

ez_catalog *
fixture_catalog(const char *builtin, const char *path)
{
    const char *paths[] = {path, NULL};

    return ez_catalog_new(&(ez_catalog_settings){
        .builtin_dir = builtin,
        .plugin_path = paths,
    });
}
