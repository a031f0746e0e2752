/* SPDX-License-Identifier: MIT */
#include "plugin/catalog.h"

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The only file of its directory, as a catalog sees it; catalog is leaked to the end of the test.
 */
static execz_error
refusal_of(const char *name)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    g_autofree char *file = g_strconcat(name, ".so", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    fixture_install(directory, name, file);
    catalog = fixture_catalog(directory, NULL);
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, name, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_PLUGIN));
    return err;
}

static void
expect_refusal(const char *name, const char *code, const char *reason)
{
    execz_error err = refusal_of(name);
    g_autofree char *ending = g_strdup_printf("/%s.so: %s", name, reason);

    cr_expect(eq(str, err.code, (char *)code));
    cr_expect(g_str_has_suffix(err.message, ending), "%s", err.message);
}

Test(catalog, a_plugin_is_described_by_its_file)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    const ez_plugin_file *file;

    fixture_install(directory, "good", "some_name.so");
    catalog = fixture_catalog(directory, NULL);
    file = ez_catalog_find(catalog, "good", NULL);
    cr_assert(ne(ptr, (void *)file, NULL));
    cr_expect(eq(str, (char *)file->origin, (char *)"built in"));
    cr_expect(eq(str, file->id, (char *)"org.execz.test.good"));
    cr_expect(eq(str, file->version, (char *)"1.2.3"));
    cr_expect(eq(u32, file->abi, EXECZ_ABI));
    cr_expect(eq(u32, file->needs_abi, EXECZ_ABI));
    cr_expect(eq(str, file->parts[0].kind, (char *)EXECZ_KIND_EXECUTOR));
    cr_expect(eq(u32, file->parts[0].caps, EXECZ_CAP_FUNCTION | EXECZ_CAP_COMMAND));
    cr_expect(eq(str, file->parts[0].summary, (char *)"Runs each body at once"));
    cr_assert(eq(u32, file->parts[0].options.n, 2));
    cr_assert(eq(u32, file->parts[0].task_options.n, 1));
    cr_expect(eq(str, file->parts[0].options.option[1].name, (char *)"grace"));
}

Test(catalog, every_name_of_the_alias_text_finds_the_file)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;

    fixture_install(directory, "two_aliases", "two_aliases.so");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(ne(ptr, (void *)ez_catalog_find(catalog, "pool", NULL), NULL));
    cr_expect(ne(ptr, (void *)ez_catalog_find(catalog, "threadpool", NULL), NULL));
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "two_aliases", NULL), NULL));
}

Test(catalog, a_plain_plugin_is_named_after_its_file)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    const ez_plugin_file *file;

    fixture_install(directory, "plain", "mine.so");
    catalog = fixture_catalog(directory, NULL);
    file = ez_catalog_find(catalog, "mine", NULL);
    cr_assert(ne(ptr, (void *)file, NULL));
    cr_expect(file->plain);
}

Test(catalog, listing_runs_no_plugin_code)
{
    const char *directory = fixture_directory();
    g_autofree char *song = g_build_filename(directory, "song", NULL);
    g_autoptr(ez_catalog) catalog = NULL;

    g_setenv("EXECZ_TEST_CANARY", song, TRUE);
    fixture_install(directory, "canary", "canary.so");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(ne(ptr, (void *)ez_catalog_find(catalog, "canary", NULL), NULL));
    cr_expect(not(g_file_test(song, G_FILE_TEST_EXISTS)));
}

Test(catalog, an_unknown_alias_names_the_nearest_and_where_was_looked)
{
    const char *builtin = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *expected = NULL;

    fixture_install(builtin, "two_aliases", "pool.so");
    catalog = fixture_catalog(builtin, "/nonexistent/plugins");
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "threadpol", &err), NULL));
    expected = g_strdup_printf("no plugin has the alias 'threadpol'; did you mean \"threadpool\"?; "
                               "looked in %s, /nonexistent/plugins",
                               builtin);
    cr_expect(eq(int, err.status, EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"P101"));
    cr_expect(eq(str, err.message, expected));
}

Test(catalog, the_first_directory_wins_and_the_other_file_is_marked)
{
    const char *first = fixture_directory();
    const char *second = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    const ez_plugin_file *winner;

    fixture_install(first, "good", "b.so");
    fixture_install(second, "good", "a.so");
    catalog = fixture_catalog(first, second);
    winner = ez_catalog_find(catalog, "good", NULL);
    cr_assert(eq(sz, ez_catalog_count(catalog), 2));
    cr_expect(eq(ptr, (void *)winner, (void *)ez_catalog_get(catalog, 0)));
    cr_expect(eq(ptr, (void *)ez_catalog_get(catalog, 0)->parts[0].shadowed_by, NULL));
    cr_expect(eq(ptr, (void *)ez_catalog_get(catalog, 1)->parts[0].shadowed_by, (void *)winner));
}

Test(catalog, one_alias_twice_in_a_directory_is_an_error)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    execz_error err = EXECZ_ERROR_INIT;
    g_autofree char *expected = NULL;

    fixture_install(directory, "good", "a.so");
    fixture_install(directory, "good", "b.so");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "good", &err), NULL));
    expected = g_strdup_printf("the alias 'good' has two plugins in one directory, %s/a.so and "
                               "%s/b.so; remove one",
                               directory, directory);
    cr_expect(eq(str, err.code, (char *)"P104"));
    cr_expect(eq(str, err.message, expected));
}

Test(catalog, a_refused_file_does_not_hide_a_usable_one)
{
    const char *first = fixture_directory();
    const char *second = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    const ez_plugin_file *found;

    fixture_install(first, "bad_options", "good.so");
    fixture_install(second, "good", "good.so");
    catalog = fixture_catalog(first, second);
    found = ez_catalog_find(catalog, "good", NULL);
    cr_assert(ne(ptr, (void *)found, NULL));
    cr_expect(g_str_has_prefix(found->path, second));
}

Test(catalog, hidden_files_and_other_names_are_no_plugins)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;

    fixture_install(directory, "good", ".good.so");
    fixture_install(directory, "good", "good.so.bak");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(eq(sz, ez_catalog_count(catalog), 0));
}

Test(catalog, another_abi_names_both_versions_and_what_to_do)
{
    expect_refusal(
        "abi_too_new", "P401",
        "built for plugin ABI 2.0, this execz speaks 1.0: rebuild it against this execz, "
        "or upgrade execz");
}

Test(catalog, a_newer_minor_that_is_needed_is_refused)
{
    expect_refusal(
        "needs_newer", "P402",
        "built for plugin ABI 1.9 and needs 1.9 or later, this execz speaks 1.0: upgrade "
        "execz, or rebuild it against this execz");
}

Test(catalog, a_newer_minor_that_is_not_needed_is_welcome)
{
    const char *directory = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;

    fixture_install(directory, "newer_minor", "x.so");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(ne(ptr, (void *)ez_catalog_find(catalog, "newer_minor", NULL), NULL));
}

Test(catalog, a_text_file_is_no_plugin)
{
    expect_refusal("text", "P301",
                   "it is not an ELF file, so it is no shared object; only plugins belong here");
}

Test(catalog, a_file_without_note_is_refused)
{
    expect_refusal("no_note", "P304",
                   "it has no execz note, so it is no execz plugin; a plugin has EXECZ_NOTE(), or "
                   "exports execz_abi and execz_executor_start, _shutdown and _send_task");
}

Test(catalog, a_missing_entry_is_seen_in_the_file)
{
    expect_refusal("missing_entry", "P305",
                   "it does not define execz_plugin_entry(); define it and export it with "
                   "EXECZ_EXPORT");
}

Test(catalog, a_malformed_option_table_is_seen_in_the_file)
{
    expect_refusal("bad_options", "P601",
                   "option 'depth' is declared against its own rules: 99 is out of range; it must "
                   "be from 1 to 10");
}

Test(catalog, a_file_that_others_may_write_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "good.so", NULL);
    g_autofree char *expected = NULL;
    g_autoptr(ez_catalog) catalog = NULL;
    execz_error err = EXECZ_ERROR_INIT;

    fixture_install(directory, "good", "good.so");
    chmod(path, 0666);
    catalog = fixture_catalog(directory, NULL);
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "good", &err), NULL));
    expected =
        g_strdup_printf("the file %s is writable by everybody (mode 0666); fix: chmod o-w %s", path,
                        path);
    cr_expect(eq(str, err.code, (char *)"P201"));
    cr_expect(eq(str, err.message, expected));
}

Test(catalog, a_file_is_found_by_its_path)
{
    g_autoptr(ez_catalog) catalog = fixture_catalog("/nonexistent", NULL);
    g_autofree char *path = fixture_path("good");
    const ez_plugin_file *file = ez_catalog_find_file(catalog, path, NULL);

    cr_assert(ne(ptr, (void *)file, NULL));
    cr_expect(eq(str, file->path, path));
    cr_expect(eq(ptr, (void *)ez_catalog_find_file(catalog, path, NULL), (void *)file));
    cr_expect(eq(sz, ez_catalog_count(catalog), 1));
    cr_expect(eq(str, (char *)file->origin, (char *)"named"));
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "good", NULL), NULL));
}

Test(catalog, a_path_to_nothing_is_not_found)
{
    g_autoptr(ez_catalog) catalog = fixture_catalog("/nonexistent", NULL);
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "x.so", NULL);
    g_autofree char *expected = g_strdup_printf("cannot open %s: No such file or directory", path);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(ptr, (void *)ez_catalog_find_file(catalog, path, &err), NULL));
    cr_expect(eq(int, err.status, EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"P102"));
    cr_expect(eq(str, err.message, expected));
}

Test(catalog, a_relative_path_is_refused)
{
    g_autoptr(ez_catalog) catalog = fixture_catalog("/nonexistent", NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(ptr, (void *)ez_catalog_find_file(catalog, "x.so", &err), NULL));
    cr_expect(eq(str, err.code, (char *)"P103"));
}

Test(catalog, which_names_the_file_also_if_it_is_refused)
{
    const char *directory = fixture_directory();
    g_autofree char *path = g_build_filename(directory, "text.so", NULL);
    g_autoptr(ez_catalog) catalog = NULL;

    fixture_install(directory, "text", "text.so");
    catalog = fixture_catalog(directory, NULL);
    cr_expect(eq(str, (char *)ez_catalog_which(catalog, "text"), path));
    cr_expect(eq(ptr, (void *)ez_catalog_which(catalog, "other"), NULL));
}

Test(catalog, the_trace_shows_every_place_and_what_is_there)
{
    const char *builtin = fixture_directory();
    const char *user = fixture_directory();
    g_autoptr(ez_catalog) catalog = NULL;
    g_autofree char *trace = NULL;
    g_autofree char *expected = NULL;
    const char *paths[] = {user, "/nonexistent", "relative", NULL};

    fixture_install(builtin, "two_aliases", "pool.so");
    fixture_install(user, "good", "good.so");
    fixture_install(user, "text", "text.so");
    catalog = ez_catalog_new(&(ez_catalog_settings){.builtin_dir = builtin, .plugin_path = paths});
    ez_catalog_scan(catalog);
    trace = ez_catalog_trace(catalog, "god");
    expected = g_strdup_printf("did you mean \"good\"?\n"
                               "looked for this alias in\n"
                               "  %s  built in           pool.so -> pool threadpool\n"
                               "  %s  plugin_path        good.so -> good;  text.so refused: P301 "
                               "it is not an ELF file, so "
                               "it is no shared object; only plugins belong here\n"
                               "  %-*s  plugin_path        no such directory\n"
                               "  %-*s  plugin_path        not read: the path is not absolute",
                               builtin, user, (int)strlen(user), "/nonexistent", (int)strlen(user),
                               "relative");
    cr_expect(eq(str, trace, expected));
}

Test(catalog, the_environment_is_searched_last)
{
    const char *mine = fixture_directory();
    const char *home = fixture_directory();
    g_autofree char *path = g_strdup_printf("%s::relative/dir", mine);
    g_autoptr(ez_catalog) catalog = ez_catalog_new(&(ez_catalog_settings){
        .builtin_dir = "/nonexistent", .environment_path = path, .data_home = home});
    g_autofree char *trace = NULL;

    fixture_install(mine, "good", "good.so");
    ez_catalog_scan(catalog);
    trace = ez_catalog_trace(catalog, NULL);
    cr_expect(ne(ptr, (void *)ez_catalog_find(catalog, "good", NULL), NULL));
    cr_expect(ne(ptr, strstr(trace, "not read: an empty part of the list"), NULL), "%s", trace);
    cr_expect(ne(ptr, strstr(trace, "not read: the path is not absolute"), NULL), "%s", trace);
}

Test(catalog, an_ignored_environment_is_in_the_trace_and_not_read)
{
    const char *mine = fixture_directory();
    g_autoptr(ez_catalog) catalog =
        ez_catalog_new(&(ez_catalog_settings){.builtin_dir = "/nonexistent",
                                              .environment_path = mine,
                                              .data_home = "/home/x",
                                              .environment_ignored = "ignored (running as root)"});
    g_autofree char *trace = NULL;

    fixture_install(mine, "good", "good.so");
    ez_catalog_scan(catalog);
    trace = ez_catalog_trace(catalog, NULL);
    cr_expect(eq(ptr, (void *)ez_catalog_find(catalog, "good", NULL), NULL));
    cr_expect(
        eq(str, trace,
           (char *)"looked for plugins in\n"
                   "  /nonexistent             built in           no such directory\n"
                   "  EXECZ_PLUGIN_PATH        environment        ignored (running as root)\n"
                   "  /home/x/execz/plugins-1  user               ignored (running as root)"));
}

Test(catalog, the_process_is_told_why_its_environment_does_not_count)
{
    ez_catalog_settings settings = ez_catalog_settings_of_process();

    cr_expect(eq(int, settings.environment_ignored != NULL, geteuid() == 0));
}
