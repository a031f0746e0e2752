/* SPDX-License-Identifier: MIT */
#include "plugin/objects.h"

#include "fixture.h"
#include "plugin/module.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>

#define STRAY "libraries/libexecz_test_stray"

static void
load(const char *path)
{
    cr_assert(ne(ptr, dlopen(path, RTLD_NOW | RTLD_LOCAL), NULL), "%s", path);
}

/* What is said of a library that is loaded from path now. */
static GPtrArray *
warnings_about(const char *path)
{
    g_autoptr(ez_objects) before = ez_objects_new();
    GPtrArray *warnings = g_ptr_array_new_with_free_func(g_free);

    load(path);
    ez_objects_report_copies(before, warnings);
    return warnings;
}

Test(objects, a_library_that_is_new_or_there_already_is_no_copy)
{
    g_autofree char *path = fixture_path(STRAY);
    g_autoptr(GPtrArray) first = warnings_about(path);
    g_autoptr(GPtrArray) again = warnings_about(path);

    cr_expect(eq(uint, first->len, 0));
    cr_expect(eq(uint, again->len, 0));
}

Test(objects, a_second_file_of_the_same_library_is_told)
{
    const char *directory = fixture_directory();
    g_autofree char *path = fixture_path(STRAY);
    g_autofree char *copy = g_build_filename(directory, "libother.so", NULL);
    g_autofree char *expected =
        g_strdup_printf("brings %s, though %s is loaded already: two copies of a library do not "
                        "share what they keep; build it against the one that is there",
                        copy, path);
    g_autoptr(GPtrArray) warnings = NULL;

    fixture_install(directory, STRAY, "libother.so");
    load(path);
    warnings = warnings_about(copy);
    cr_assert(eq(uint, warnings->len, 1));
    cr_expect(eq(str, (char *)warnings->pdata[0], expected));
}

/* Installs a plugin that is linked with a library of another file name, which is the stray one. */
static char *
install_with_copy(void)
{
    const char *directory = fixture_directory();
    char *path = g_build_filename(directory, "run_path.so", NULL);
    g_autoptr(GBytes) sound = fixture_bytes("run_path");
    size_t size = g_bytes_get_size(sound);
    g_autofree uint8_t *bytes = g_memdup2(g_bytes_get_data(sound, NULL), size);

    fixture_install(directory, STRAY, "libexecz_test_other.so");
    fixture_replace(bytes, size, EXECZ_TEST_PLUGIN_DIR "/libraries", directory);
    fixture_replace(bytes, size, "libexecz_test_stray.so", "libexecz_test_other.so");
    cr_assert(g_file_set_contents_full(path, (char *)bytes, (gssize)size, G_FILE_SET_CONTENTS_NONE,
                                       0644, NULL));
    fixture_remember(g_strdup(path));
    return path;
}

Test(objects, a_plugin_that_brings_a_second_copy_is_told)
{
    g_autofree char *stray = fixture_path(STRAY);
    g_autofree char *path = install_with_copy();
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new(path);
    execz_error err = EXECZ_ERROR_INIT;
    const ez_module *module;

    load(stray);
    module = ez_module_load(file, &err);
    cr_assert(ne(ptr, (void *)module, NULL), "%s", err.message);
    cr_assert(ne(ptr, (void *)ez_module_warnings(module)[0], NULL));
    cr_expect(g_str_has_prefix(ez_module_warnings(module)[0], "brings "), "%s",
              ez_module_warnings(module)[0]);
}
