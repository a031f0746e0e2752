/* SPDX-License-Identifier: MIT */
#include "plugin/objects.h"

#include "fixture.h"

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
