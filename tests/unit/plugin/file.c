/* SPDX-License-Identifier: MIT */
#include "plugin/file.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* That plugin, copied to a directory of its own under the name `as`. */
static ez_plugin_file *
describe(const char *name, const char *as)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, as, NULL);

    fixture_install(directory, name, as);
    return ez_plugin_file_new(path);
}

static void
expect_refusal(const char *name, const char *code, const char *words)
{
    g_autofree char *as = g_strconcat(name, ".so", NULL);
    g_autoptr(ez_plugin_file) file = describe(name, as);

    cr_expect(eq(str, file->refusal.code, (char *)code));
    cr_expect(g_str_has_prefix(file->refusal.message, file->path), "%s", file->refusal.message);
    cr_expect(strstr(file->refusal.message, words) != NULL, "%s", file->refusal.message);
}

static execz_error
abi_error(uint32_t abi, uint32_t needs_abi, const char *code)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_plugin_check_abi(abi, needs_abi, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)code));
    return err;
}

Test(file, tells_what_it_provides)
{
    g_autoptr(ez_plugin_file) file = describe("good", "good.so");

    cr_assert(eq(int, file->refusal.status, EXECZ_OK), "%s", file->refusal.message);
    cr_assert(eq(u32, file->n_parts, 1));
    cr_expect(eq(str, file->id, (char *)"org.execz.test.good"));
    cr_expect(eq(str, file->parts[0].alias_text, (char *)"good"));
    cr_expect(not(file->plain));
}

Test(file, its_stem_is_its_name_without_the_suffix)
{
    g_autoptr(ez_plugin_file) file = describe("good", "other.v2.so");

    cr_expect(eq(str, file->stem, (char *)"other.v2"));
}

Test(file, a_part_is_found_by_each_of_its_aliases)
{
    g_autoptr(ez_plugin_file) file = describe("two_aliases", "two_aliases.so");

    cr_expect(eq(ptr, (void *)ez_plugin_file_part(file, "pool"), &file->parts[0]));
    cr_expect(eq(ptr, (void *)ez_plugin_file_part(file, "threadpool"), &file->parts[0]));
}

Test(file, the_alias_text_as_a_whole_is_no_alias)
{
    g_autoptr(ez_plugin_file) file = describe("two_aliases", "two_aliases.so");

    cr_expect(zero(ptr, (void *)ez_plugin_file_part(file, "pool  threadpool")));
    cr_expect(zero(ptr, (void *)ez_plugin_file_part(file, "two_aliases")));
}

Test(file, the_plain_form_is_named_after_its_file)
{
    g_autoptr(ez_plugin_file) file = describe("plain", "mine.so");

    cr_assert(eq(int, file->refusal.status, EXECZ_OK), "%s", file->refusal.message);
    cr_expect(file->plain);
    cr_expect(eq(str, file->id, (char *)"mine"));
    cr_expect(not(zero(ptr, (void *)ez_plugin_file_part(file, "mine"))));
}

Test(file, the_plain_form_needs_a_name_that_can_be_an_alias)
{
    g_autoptr(ez_plugin_file) file = describe("plain", "two words.so");

    cr_expect(eq(str, file->refusal.code, (char *)"P306"));
    cr_expect(g_str_has_suffix(file->refusal.message, "; rename the file"), "%s",
              file->refusal.message);
}

Test(file, one_that_is_missing_is_refused_and_still_has_its_name)
{
    g_autoptr(ez_plugin_file) file = ez_plugin_file_new("/nonexistent/lost.so");

    cr_expect(eq(str, file->refusal.code, (char *)"P102"));
    cr_expect(eq(str, file->stem, (char *)"lost"));
    cr_expect(eq(u32, file->n_parts, 0));
}

Test(file, without_a_note_it_is_no_plugin)
{
    expect_refusal("no_note", "P304", "it has no execz note");
}

Test(file, without_an_entry_it_is_refused)
{
    expect_refusal("missing_entry", "P305", "does not define execz_plugin_entry()");
}

Test(file, with_a_descriptor_that_says_something_else_it_is_refused)
{
    expect_refusal("disagrees", "P404", "its descriptor has the version '9.9.9'");
}

Test(file, with_malformed_options_it_is_refused)
{
    expect_refusal("bad_options", "P601", "");
}

Test(file, with_another_abi_it_is_refused)
{
    expect_refusal("abi_too_new", "P401", "this execz speaks " EXECZ_ABI_TEXT);
}

Test(file, an_abi_of_ours_is_fine)
{
    cr_expect(eq(int, ez_plugin_check_abi(EXECZ_ABI, EXECZ_ABI, NULL), EXECZ_OK));
}

Test(file, a_later_minor_version_is_fine_unless_it_is_needed)
{
    uint32_t later = EXECZ_ABI + 1;

    cr_expect(eq(int, ez_plugin_check_abi(later, EXECZ_ABI, NULL), EXECZ_OK));
    (void)abi_error(later, later, "P402");
}

Test(file, a_later_major_version_asks_for_an_upgrade)
{
    uint32_t next = EXECZ_ABI_MAKE(EXECZ_ABI_MAJOR(EXECZ_ABI) + 1, 0);
    execz_error err = abi_error(next, next, "P401");

    cr_expect(g_str_has_suffix(err.message, ", or upgrade execz"), "%s", err.message);
}

Test(file, an_earlier_major_version_asks_for_a_rebuild_only)
{
    uint32_t last = EXECZ_ABI_MAKE(EXECZ_ABI_MAJOR(EXECZ_ABI) - 1, 9);
    execz_error err = abi_error(last, last, "P401");

    cr_expect(g_str_has_suffix(err.message, "rebuild it against this execz"), "%s", err.message);
}

Test(file, an_abi_that_needs_another_major_version_than_its_own_is_refused)
{
    (void)abi_error(EXECZ_ABI, EXECZ_ABI_MAKE(EXECZ_ABI_MAJOR(EXECZ_ABI) - 1, 0), "P402");
}
