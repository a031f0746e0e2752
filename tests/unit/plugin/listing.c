/* SPDX-License-Identifier: MIT */
#include <execz/catalog.h>

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdlib.h>
#include <string.h>

static execz_catalog *
catalog_with(const char *name, const char **directory_out)
{
    const char *directory = fixture_directory();
    const char *path[] = {directory, NULL};
    g_autofree char *file = g_strconcat(name, ".so", NULL);

    fixture_install(directory, name, file);
    *directory_out = directory;
    return execz_catalog_new(path);
}

static execz_plugin_info
info_at(const execz_catalog *catalog, size_t index)
{
    execz_plugin_info info = {.size = sizeof info};

    execz_catalog_get(catalog, index, &info);
    return info;
}

Test(listing, an_alias_leads_to_its_row)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("good", &directory);
    execz_plugin_info info;
    size_t index = SIZE_MAX;

    cr_assert(eq(int, execz_catalog_find(catalog, "good", &index, NULL), EXECZ_OK));
    info = info_at(catalog, index);
    cr_expect(eq(str, (char *)info.id, (char *)"org.execz.test.good"));
    cr_expect(eq(str, (char *)info.origin, (char *)"plugin_path"));
    cr_expect(eq(u32, info.n_options, 2));
    execz_catalog_free(catalog);
}

Test(listing, a_path_outside_of_all_directories_gets_a_row_of_its_own)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("good", &directory);
    g_autofree char *path = fixture_path("plain");
    size_t before = execz_catalog_count(catalog);
    size_t index = SIZE_MAX;

    cr_assert(eq(int, execz_catalog_find(catalog, path, &index, NULL), EXECZ_OK));
    cr_expect(eq(sz, index, before));
    cr_expect(eq(str, (char *)info_at(catalog, index).path, path));
    cr_expect(eq(int, execz_catalog_find(catalog, path, &index, NULL), EXECZ_OK));
    cr_expect(eq(sz, execz_catalog_count(catalog), before + 1));
    execz_catalog_free(catalog);
}

Test(listing, an_unknown_alias_leaves_the_index_alone)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("good", &directory);
    execz_error err = EXECZ_ERROR_INIT;
    size_t index = 17;

    cr_expect(eq(int, execz_catalog_find(catalog, "god", &index, &err), EXECZ_E_NOT_FOUND));
    cr_expect(eq(sz, index, 17));
    cr_expect(strstr(err.message, "did you mean \"good\"?") != NULL, "%s", err.message);
    execz_catalog_free(catalog);
}

Test(listing, a_refused_file_is_listed_with_the_reason)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("text", &directory);
    execz_plugin_info found = {0};

    for (size_t i = 0; i < execz_catalog_count(catalog); i++) {
        execz_plugin_info info = info_at(catalog, i);

        found = g_str_has_prefix(info.path, directory) ? info : found;
    }
    cr_assert(ne(ptr, (void *)found.refusal, NULL));
    cr_expect(found.refusal_code[0] == 'P', "%s", found.refusal_code);
    execz_catalog_free(catalog);
}

Test(listing, a_trace_names_every_directory)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("good", &directory);
    char *trace = execz_catalog_trace(catalog, NULL);

    cr_expect(strstr(trace, directory) != NULL, "%s", trace);
    cr_expect(strstr(trace, "built in") != NULL, "%s", trace);
    free(trace);
    execz_catalog_free(catalog);
}

Test(listing, a_caller_with_a_smaller_struct_gets_what_fits)
{
    const char *directory;
    execz_catalog *catalog = catalog_with("good", &directory);
    execz_plugin_info info = {.size = offsetof(execz_plugin_info, origin)};

    execz_catalog_get(catalog, 0, &info);
    cr_expect(ne(ptr, (void *)info.path, NULL));
    cr_expect(eq(ptr, (void *)info.origin, NULL));
    execz_catalog_free(catalog);
}
