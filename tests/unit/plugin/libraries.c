/* SPDX-License-Identifier: MIT */
#include "plugin/libraries.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A plugin with that run path, which needs that library. */
static ez_image *
open_with_run_path(const char *run_path, const char *needed)
{
    g_autofree char *path = fixture_path("run_path");
    ez_image *image = ez_image_open(path, NULL);

    cr_assert(ne(ptr, image, NULL));
    fixture_replace(image->bytes, image->size, EXECZ_TEST_PLUGIN_DIR "/libraries", run_path);
    fixture_replace(image->bytes, image->size, "libexecz_test_stray.so", needed);
    return image;
}

static void
expect_refusal(const char *run_path, const char *needed, const char *code, const char *words)
{
    g_autoptr(ez_image) image = open_with_run_path(run_path, needed);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_libraries_check(image, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(strstr(err.message, words) != NULL, "%s", err.message);
}

static void
expect_trusted(const char *run_path, const char *needed)
{
    g_autoptr(ez_image) image = open_with_run_path(run_path, needed);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_libraries_check(image, &err), EXECZ_OK), "%s", err.message);
}

Test(libraries, those_of_the_system_are_its_administrators_choice)
{
    expect_trusted("/nonexistent", "libc.so.6");
}

Test(libraries, one_in_a_trusted_place_is_trusted)
{
    const char *directory = fixture_directory();

    fixture_install(directory, "good", "libx.so");
    expect_trusted(directory, "libx.so");
}

Test(libraries, a_link_to_one_is_what_it_leads_to)
{
    const char *directory = fixture_directory();
    char *link = g_build_filename(directory, "libx.so", NULL);

    fixture_install(directory, "good", "libx.so.1");
    cr_assert(eq(int, symlink("libx.so.1", link), 0));
    fixture_remember(link);
    expect_trusted(directory, "libx.so");
}

Test(libraries, a_run_path_that_depends_on_where_execz_runs_is_refused)
{
    expect_refusal("lib", "libc.so.6", "P323",
                   "it looks for libraries in 'lib' (its run path), which depends on where execz "
                   "runs; fix: link it with -Wl,-rpath,/ABSOLUTE/DIRECTORY, or take that out with "
                   "patchelf --remove-rpath");
    expect_refusal("/usr/lib::/lib", "libc.so.6", "P323", "libraries in ''");
}

Test(libraries, origin_names_no_directory)
{
    expect_refusal("$ORIGIN/../lib", "libc.so.6", "P323",
                   "which names no directory, as a plugin is loaded from a private copy");
}

Test(libraries, a_run_path_that_others_may_write_is_refused)
{
    const char *directory = fixture_directory();

    chmod(directory, 0777);
    expect_refusal(directory, "libc.so.6", "P323", "; fix: chmod o-w ");
}

Test(libraries, a_run_path_that_everybody_could_make_is_refused)
{
    expect_refusal("/tmp/execz-nobody-has-made-this", "libc.so.6", "P323",
                   "everybody can make one in /tmp");
}

Test(libraries, one_that_others_may_write_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "libx.so", NULL);

    fixture_install(directory, "good", "libx.so");
    chmod(path, 0666);
    expect_refusal(directory, "libx.so", "P324", "; fix: chmod o-w ");
}

Test(libraries, what_they_need_is_judged_like_them)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "libx.so", NULL);
    g_autoptr(ez_image) inner = open_with_run_path("lib", "libc.so.6");

    cr_assert(g_file_set_contents_full(path, (char *)inner->bytes, (gssize)inner->size,
                                       G_FILE_SET_CONTENTS_NONE, 0644, NULL));
    fixture_remember(g_strdup(path));
    expect_refusal(directory, "libx.so", "P324", "it looks for libraries in 'lib'");
}

Test(libraries, a_name_with_a_slash_is_a_place)
{
    expect_refusal("/nonexistent", "lib/libx.so", "P324",
                   "it needs the library 'lib/libx.so', and where that is depends on where execz "
                   "runs");
    expect_refusal("/nonexistent", "/nonexistent/x.so", "P324", "/nonexistent/x.so");
}

Test(libraries, code_that_would_have_to_be_writable_is_refused)
{
    g_autoptr(ez_image) image = open_with_run_path("/nonexistent", "libc.so.6");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_dynamic_entry(image->bytes, DT_RUNPATH)->d_tag = DT_TEXTREL;
    cr_expect(eq(int, ez_libraries_check(image, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P321"));
    cr_expect(g_str_has_suffix(err.message, "; fix: compile all of it with -fPIC"));
}

Test(libraries, a_file_that_wants_executable_stacks_is_refused)
{
    g_autoptr(ez_image) image = open_with_run_path("/nonexistent", "libc.so.6");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_segment(image->bytes, PT_GNU_STACK)->p_flags |= PF_X;
    cr_expect(eq(int, ez_libraries_check(image, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P322"));
    cr_expect(g_str_has_suffix(err.message, "; fix: link it with -Wl,-z,noexecstack"));
}
