/* SPDX-License-Identifier: MIT */
#include "plugin/directory.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

static ez_plugin_directory *
scanned(const char *path)
{
    ez_plugin_directory *self = ez_plugin_directory_new(path, "built in", NULL);

    ez_plugin_directory_scan(self);
    return self;
}

static const ez_plugin_file *
file_at(const ez_plugin_directory *self, guint index)
{
    return self->files->pdata[index];
}

static char *
describe(const ez_plugin_directory *self)
{
    GString *text = g_string_new(NULL);

    ez_plugin_directory_describe(self, text);
    return g_string_free(text, FALSE);
}

Test(directory, its_files_are_sorted_by_name)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "good", "b.so");
    fixture_install(path, "good", "c.so");
    fixture_install(path, "good", "a.so");
    directory = scanned(path);
    cr_assert(eq(uint, directory->files->len, 3));
    cr_expect(eq(str, file_at(directory, 0)->stem, (char *)"a"));
    cr_expect(eq(str, file_at(directory, 1)->stem, (char *)"b"));
    cr_expect(eq(str, file_at(directory, 2)->stem, (char *)"c"));
}

Test(directory, hidden_files_and_other_suffixes_are_not_looked_at)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "good", ".hidden.so");
    fixture_install(path, "good", "good.so.1");
    fixture_install(path, "good", "good.txt");
    directory = scanned(path);
    cr_expect(eq(uint, directory->files->len, 0));
    cr_expect(eq(str, directory->remark, (char *)"no plugins"));
}

Test(directory, each_file_knows_who_named_its_directory)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "good", "good.so");
    directory = scanned(path);
    cr_expect(eq(str, (char *)file_at(directory, 0)->origin, (char *)"built in"));
}

Test(directory, may_be_missing)
{
    g_autoptr(ez_plugin_directory) directory = scanned("/nonexistent/plugins");

    cr_expect(eq(uint, directory->files->len, 0));
    cr_expect(eq(str, directory->remark, (char *)"no such directory"));
}

Test(directory, that_cannot_be_read_says_why)
{
    g_autoptr(ez_plugin_directory) directory = scanned("/dev/null");

    cr_expect(eq(str, directory->remark, (char *)"cannot be read: Not a directory"));
}

Test(directory, with_a_reason_to_skip_it_is_not_read)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory =
        ez_plugin_directory_new(path, "EXECZ_PLUGIN_PATH", "ignored for root");

    fixture_install(path, "good", "good.so");
    ez_plugin_directory_scan(directory);
    cr_expect(eq(uint, directory->files->len, 0));
    cr_expect(eq(str, directory->remark, (char *)"ignored for root"));
}

Test(directory, another_scan_sees_what_has_changed)
{
    const char *path = fixture_directory();
    g_autofree char *gone = g_build_filename(path, "gone.so", NULL);
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "good", "gone.so");
    directory = scanned(path);
    cr_assert(eq(uint, directory->files->len, 1));
    cr_assert(eq(int, remove(gone), 0));
    ez_plugin_directory_scan(directory);
    cr_expect(eq(uint, directory->files->len, 0));
    fixture_install(path, "good", "here.so");
    ez_plugin_directory_scan(directory);
    cr_expect(eq(uint, directory->files->len, 1));
    cr_expect(zero(ptr, directory->remark), "of the scan before");
}

Test(directory, of_several_files_with_one_alias_each_can_be_had)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "good", "a.so");
    fixture_install(path, "good", "b.so");
    directory = scanned(path);
    cr_expect(eq(ptr, (void *)ez_plugin_directory_find(directory, "good", true, 0),
                 (void *)file_at(directory, 0)));
    cr_expect(eq(ptr, (void *)ez_plugin_directory_find(directory, "good", true, 1),
                 (void *)file_at(directory, 1)));
    cr_expect(zero(ptr, (void *)ez_plugin_directory_find(directory, "good", true, 2)));
}

Test(directory, a_file_whose_aliases_nobody_could_read_is_found_by_its_name)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;

    fixture_install(path, "no_note", "mine.so");
    directory = scanned(path);
    cr_expect(zero(ptr, (void *)ez_plugin_directory_find(directory, "mine", true, 0)));
    cr_expect(eq(ptr, (void *)ez_plugin_directory_find(directory, "mine", false, 0),
                 (void *)file_at(directory, 0)));
}

Test(directory, is_described_by_files_and_aliases)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;
    g_autofree char *text = NULL;

    fixture_install(path, "good", "a.so");
    fixture_install(path, "two_aliases", "b.so");
    directory = scanned(path);
    text = describe(directory);
    cr_expect(eq(str, text, (char *)"a.so -> good;  b.so -> pool threadpool"));
}

Test(directory, a_refused_file_is_described_without_its_path)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;
    g_autofree char *text = NULL;

    fixture_install(path, "no_note", "a.so");
    directory = scanned(path);
    text = describe(directory);
    cr_expect(g_str_has_prefix(text, "a.so refused: P304 it has no execz note"), "%s", text);
    cr_expect(zero(ptr, strstr(text, path)), "%s", text);
}

Test(directory, a_file_name_cannot_write_to_the_terminal)
{
    const char *path = fixture_directory();
    g_autoptr(ez_plugin_directory) directory = NULL;
    g_autofree char *text = NULL;

    fixture_install(path, "good", "a\033[2J.so");
    directory = scanned(path);
    text = describe(directory);
    cr_expect(eq(str, text, (char *)"a?[2J.so -> good"));
}
