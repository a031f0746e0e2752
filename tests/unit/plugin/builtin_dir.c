/* SPDX-License-Identifier: MIT */
#include "plugin/builtin_dir.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <dlfcn.h>
#include <unistd.h>

Test(builtin_dir, it_is_beside_the_program_that_holds_the_code)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *directory = g_path_get_dirname(program);
    g_autofree char *expected = g_build_filename(directory, "execz/plugins-1", NULL);
    g_autofree char *found = ez_builtin_dir();

    cr_expect(eq(str, found, expected));
}

Test(builtin_dir, a_library_opened_by_a_relative_name_is_found_after_a_chdir)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    g_autofree char *found = NULL;
    void *object;

    fixture_install(directory, "good", "good.so");
    cr_assert(eq(int, chdir(directory), 0));
    object = dlopen("./good.so", RTLD_NOW | RTLD_LOCAL);
    cr_assert(ne(ptr, object, NULL));
    cr_assert(eq(int, chdir("/"), 0));
    found = ez_mapped_file(dlsym(object, "execz_plugin_entry"));
    cr_expect(eq(str, found, path));
}

Test(builtin_dir, an_address_of_no_file_has_none)
{
    cr_expect(eq(ptr, ez_mapped_file(NULL), NULL));
}
