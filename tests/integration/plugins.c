/* SPDX-License-Identifier: MIT */
/* The plugin commands, and what the bundled executors show of themselves. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#include <jansson.h>

/* ---- list ----------------------------------------------------------------------------------- */

Test(plugins, list_shows_the_bundled_executors)
{
    ended result = run_execz("plugin", "list", NULL);
    char *line = line_with(result.out, "threadpool", EXECZ_BUILTIN_DIR "/threadpool.so");

    cr_expect(eq(int, result.status, 0));
    cr_assert(line != NULL, "%s", result.out);
    expect_in(line, "executor");
    cr_expect(line_with(result.out, "debug", EXECZ_BUILTIN_DIR "/debug.so") != NULL);
}

Test(plugins, list_leaves_out_what_cannot_be_used_and_says_so)
{
    ended result = run_execz("plugin", "list", "--plugin-path", EXECZ_TEST_PLUGIN_DIR, NULL);

    expect_in(result.out, "good.so");
    expect_not_in(result.out, "text.so");
    expect_in(result.err, "more cannot be used; execz plugin list --all says why\n");
}

Test(plugins, list_all_shows_refused_files_with_the_reason_and_every_directory)
{
    ended result =
        run_execz("plugin", "list", "--all", "--plugin-path", EXECZ_TEST_PLUGIN_DIR, NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(line_with(result.out, "text.so", "refused:") != NULL, "%s", result.out);
    cr_expect(line_with(result.out, "text.so", "[P301]") != NULL, "%s", result.out);
    expect_in(result.out, "looked for plugins in\n  " EXECZ_BUILTIN_DIR);
    expect_in(result.out, "\n  " EXECZ_TEST_PLUGIN_DIR);
    expect_in(result.out, "/.local/share/execz/plugins-1");
}

Test(plugins, list_all_shows_a_file_that_another_one_shadows)
{
    char *copy = own_path("copy.so");

    run_program("cp", EXECZ_BUILTIN_DIR "/threadpool.so", copy, NULL);
    ended all = run_execz("plugin", "list", "--all", "--plugin-path", own_directory(), NULL);
    ended some = run_execz("plugin", "list", "--plugin-path", own_directory(), NULL);
    cr_expect(line_with(all.out, copy, "shadowed by " EXECZ_BUILTIN_DIR "/threadpool.so") != NULL,
              "%s", all.out);
    expect_not_in(some.out, copy);
}

Test(plugins, list_speaks_json)
{
    ended result = run_execz("plugin", "list", "--json", NULL);
    json_t *list = json_loads(result.out, 0, NULL);
    const char *path = NULL;
    json_t *plugin;
    size_t i;

    cr_assert(list != NULL && json_is_array(list), "%s", result.out);
    json_array_foreach(list, i, plugin)
    {
        if (g_strcmp0(json_string_value(json_object_get(plugin, "alias")), "debug") == 0) {
            path = json_string_value(json_object_get(plugin, "path"));
        }
    }
    cr_assert(path != NULL, "%s", result.out);
    cr_expect(eq(str, (char *)path, (char *)EXECZ_BUILTIN_DIR "/debug.so"));
    json_decref(list);
}

/* ---- info ----------------------------------------------------------------------------------- */

Test(plugins, info_shows_what_a_plugin_takes_and_its_options)
{
    ended result = run_execz("plugin", "info", "threadpool", NULL);
    char *option = line_with(result.out, "max_workers", "int");

    cr_expect(eq(int, result.status, 0));
    expect_in(result.out, "id       org.execz.threadpool\n");
    expect_in(result.out, "takes    functions, coroutines, commands");
    cr_assert(option != NULL, "%s", result.out);
    expect_in(option, "  10 ");
    expect_in(option, "1..10000");
}

Test(plugins, info_shows_the_options_of_a_task)
{
    ended result = run_execz("plugin", "info", EXECZ_TEST_PLUGIN_DIR "/good.so", "--json", NULL);
    json_t *plugin = json_loads(result.out, 0, NULL);

    cr_expect(eq(int, result.status, 0));
    cr_assert(plugin != NULL, "%s", result.out);
    cr_expect(eq(sz, json_array_size(json_object_get(plugin, "options")), 2));
    cr_expect(eq(sz, json_array_size(json_object_get(plugin, "task_options")), 1));
    json_decref(plugin);
}

Test(plugins, info_of_a_refused_file_says_why)
{
    ended result = run_execz("plugin", "info", EXECZ_TEST_PLUGIN_DIR "/abi_too_new.so", NULL);

    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "abi_too_new.so");
    expect_in(result.err, "[P401]");
}

/* ---- which ---------------------------------------------------------------------------------- */

Test(plugins, which_prints_the_path)
{
    ended result = run_execz("plugin", "which", "pool", NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(eq(str, result.out, (char *)EXECZ_BUILTIN_DIR "/threadpool.so\n"));
}

Test(plugins, which_shows_the_whole_search_for_an_unknown_alias)
{
    ended result = run_execz("plugin", "which", "threadpol", NULL);

    cr_expect(eq(int, result.status, 5));
    cr_expect(eq(str, result.out, (char *)""));
    expect_in(result.err, "execz: no plugin has the alias 'threadpol' [P101]\n"
                          "did you mean \"threadpool\"?\n");
    expect_in(result.err, EXECZ_BUILTIN_DIR);
    expect_in(result.err, "/.local/share/execz/plugins-1");
}

/* ---- explain -------------------------------------------------------------------------------- */

Test(plugins, explain_says_why_and_what_to_do)
{
    ended result = run_execz("plugin", "explain", "p210", NULL);

    cr_expect(eq(int, result.status, 0));
    cr_expect(eq(str, result.out,
                 (char *)"P210  the plugin file has other names (hard links)\n"
                         "\nWhy\n"
                         "  The file has other names as well, and by any of them it can be changed "
                         "where\n  execz does not look.\n"
                         "\nWhat to do\n  Make it a file of its own.\n"
                         "\nExample\n  cp http.so http.so.new && mv http.so.new http.so\n"));
}

Test(plugins, explain_lists_all_codes)
{
    ended result = run_execz("plugin", "explain", NULL);
    ended json = run_execz("plugin", "explain", "--json", NULL);
    json_t *list = json_loads(json.out, 0, NULL);

    cr_expect(line_with(result.out, "P101", "no plugin has this alias") != NULL);
    cr_assert(list != NULL, "%s", json.out);
    cr_expect(eq(sz, json_array_size(list) + 1, count_of(result.out, "\n")));
    json_decref(list);
}

Test(plugins, explain_of_no_code_says_where_they_are)
{
    ended result = run_execz("plugin", "explain", "P999", NULL);

    cr_expect(eq(int, result.status, 5));
    cr_expect(eq(str, result.err,
                 (char *)"execz: there is no code 'P999' of plugins; execz plugin "
                         "explain lists them\n"));
}

/* ---- the files ------------------------------------------------------------------------------ */

static bool
is_of_a_sanitizer(const char *symbol)
{
    static const char *const prefixes[] = {"__asan_",      "__odr_asan", "__tsan_", "__ubsan_",
                                           "__sanitizer_", "__lsan_",    "__gcov_", "mangle_path"};

    for (size_t i = 0; i < G_N_ELEMENTS(prefixes); i++) {
        if (g_str_has_prefix(symbol, prefixes[i])) {
            return true;
        }
    }
    return false;
}

/* The names that a shared object defines for others, sorted, a blank behind each. */
static char *
exports_of(const char *path)
{
    ended result = run_program("nm", "-D", "--defined-only", "--format=just-symbols", path, NULL);
    g_auto(GStrv) lines = g_strsplit(result.out, "\n", -1);
    GString *names = g_string_new(NULL);

    cr_assert(eq(int, result.status, 0));
    for (char **line = lines; *line != NULL; line++) {
        if (**line != '\0' && !is_of_a_sanitizer(*line)) {
            g_string_append_printf(names, "%s ", *line);
        }
    }
    return g_string_free(names, FALSE);
}

static GPtrArray *
bundled_files(void)
{
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    GDir *directory = g_dir_open(EXECZ_BUILTIN_DIR, 0, NULL);
    const char *name;

    cr_assert(directory != NULL);
    while ((name = g_dir_read_name(directory)) != NULL) {
        g_ptr_array_add(files, g_build_filename(EXECZ_BUILTIN_DIR, name, NULL));
    }
    g_dir_close(directory);
    cr_assert(gt(uint, files->len, 1));
    return files;
}

Test(plugins, a_bundled_plugin_shows_the_functions_of_its_kind_and_nothing_else)
{
    g_autoptr(GPtrArray) files = bundled_files();

    for (guint i = 0; i < files->len; i++) {
        g_autofree char *names = exports_of(files->pdata[i]);
        bool is_executor = !g_str_has_suffix(files->pdata[i], "/sqlite.so") &&
                           !g_str_has_suffix(files->pdata[i], "/http.so");

        cr_expect(eq(str, names,
                     !is_executor ? (char *)"execz_plugin_entry "
                                  : (char *)"execz_executor_send_task execz_executor_shutdown "
                                            "execz_executor_start execz_plugin_entry "),
                  "%s", (char *)files->pdata[i]);
    }
}

Test(plugins, a_bundled_executor_is_not_linked_to_libexecz)
{
    g_autoptr(GPtrArray) files = bundled_files();

    for (guint i = 0; i < files->len; i++) {
        ended result = run_program("ldd", files->pdata[i], NULL);

        cr_expect(eq(int, result.status, 0));
        expect_in(result.out, "libc.so");
        expect_not_in(result.out, "libexecz");
    }
}

/* ---- new ------------------------------------------------------------------------------------ */

static char *
no_name(const char *name)
{
    ended result = run_execz("plugin", "new", name, NULL);

    cr_expect(eq(int, result.status, 2), "%s", name);
    return result.err;
}

Test(plugins, a_new_one_has_not_the_alias_of_one_that_comes_with_execz)
{
    json_t *list = json_loads(run_execz("plugin", "list", "--json", NULL).out, 0, NULL);
    json_t *plugin;
    size_t i;

    cr_assert(gt(sz, json_array_size(list), 5));
    json_array_foreach(list, i, plugin)
    {
        g_auto(GStrv) aliases =
            g_strsplit(json_string_value(json_object_get(plugin, "alias")), " ", -1);

        for (char **alias = aliases; *alias != NULL; alias++) {
            expect_in(no_name(*alias), "it is the alias of a plugin that comes with execz");
        }
    }
    json_decref(list);
}

Test(plugins, a_new_one_has_not_the_name_of_what_make_or_cmake_have)
{
    expect_in(no_name("edit_cache"), "make or CMake has a target of that name");
    expect_in(no_name("clean"), "make or CMake has a target of that name");
}
