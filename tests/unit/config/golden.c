/* SPDX-License-Identifier: MIT */
/* Whole configurations with what is to be said about them: tests/data/config/bad/NAME.conf with
 * NAME.expected (all problems), good/NAME.conf with NAME.expected (what they mean).
 *
 * With EXECZ_UPDATE_GOLDEN=1 in the environment the .expected files are written; read the
 * difference before you believe it. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Text with every `from` as `to`. */
static char *
replace(const char *text, const char *from, const char *to)
{
    g_auto(GStrv) parts = g_strsplit(text, from, -1);

    return g_strjoinv(to, parts);
}

/* Without what depends on the machine: where the tree lies, and columns that are as wide as it. */
static char *
normalise(const char *text)
{
    g_autofree char *here = g_get_current_dir();
    g_autofree char *first = replace(text, EXECZ_TEST_CONFIG_PLUGIN_DIR, "$PLUGINS");
    g_autofree char *second = replace(first, here, "$HERE");
    g_autoptr(GRegex) blanks = g_regex_new("(?<=\\S) {2,}", 0, 0, NULL);

    return g_regex_replace_literal(blanks, second, -1, 0, "  ", 0, NULL);
}

/* Prints what differs, from the first to the last line that does. */
static void
print_difference(const char *name, const char *expected, const char *found)
{
    g_auto(GStrv) old = g_strsplit(expected, "\n", -1);
    g_auto(GStrv) new = g_strsplit(found, "\n", -1);
    guint n_old = g_strv_length(old), n_new = g_strv_length(new), same = 0;

    while (same < n_old && same < n_new && strcmp(old[same], new[same]) == 0) {
        same++;
    }
    while (n_old > same && n_new > same && strcmp(old[n_old - 1], new[n_new - 1]) == 0) {
        n_old--;
        n_new--;
    }
    fprintf(stderr, "--- %s, from line %u\n", name, same + 1);
    for (guint i = same; i < n_old; i++) {
        fprintf(stderr, "-%s\n", old[i]);
    }
    for (guint i = same; i < n_new; i++) {
        fprintf(stderr, "+%s\n", new[i]);
    }
}

static bool
matches(const char *name, const char *found)
{
    g_autofree char *path = g_strconcat(name, ".expected", NULL);
    g_autofree char *expected = NULL;

    if (g_getenv("EXECZ_UPDATE_GOLDEN") != NULL) {
        write_file(path, found);
    }
    if (!g_file_get_contents(path, &expected, NULL, NULL)) {
        expected = g_strdup("");
    }
    if (strcmp(expected, found) != 0) {
        print_difference(path, expected, found);
        return false;
    }
    return true;
}

/* The names of all files here that end so, without that end. */
static GPtrArray *
names_here(const char *end)
{
    g_autoptr(GDir) dir = g_dir_open(".", 0, NULL);
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    cr_assert(dir != NULL);
    while ((name = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(name, end)) {
            g_ptr_array_add(names, g_strndup(name, strlen(name) - strlen(end)));
        }
    }
    return names;
}

static char *
problems_in(const char *name)
{
    g_autofree char *path = g_strconcat(name, ".conf", NULL);
    g_auto(loaded) f = load(path);
    g_autofree char *text = problems_of(ez_config_problems(f.config));
    g_autofree char *lines = g_strconcat(text, text[0] == '\0' ? "" : "\n", NULL);

    return normalise(lines);
}

static char *
meaning_of(const char *name)
{
    g_autofree char *path = g_strconcat(name, ".conf", NULL);
    g_auto(loaded) f = load(path);
    g_autofree char *problems = problems_of(ez_config_problems(f.config));
    g_autofree char *text = dump_config(f.config);

    cr_expect(eq(str, problems, (char *)""));
    return normalise(text);
}

static void
check_directory(const char *directory, char *(*look)(const char *name))
{
    g_autoptr(GPtrArray) names = NULL;
    unsigned different = 0;

    cr_assert(eq(int, chdir(directory), 0));
    names = names_here(".conf");
    cr_assert(gt(uint, names->len, 0));
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *found = look(names->pdata[i]);

        different += !matches(names->pdata[i], found);
    }
    cr_expect(eq(uint, different, 0));
}

static void
check_pairs(const char *directory, unsigned least)
{
    g_autoptr(GPtrArray) configurations = NULL;
    g_autoptr(GPtrArray) expectations = NULL;

    cr_assert(eq(int, chdir(directory), 0));
    configurations = names_here(".conf");
    expectations = names_here(".expected");
    cr_expect(ge(uint, configurations->len, least));
    for (guint i = 0; i < configurations->len; i++) {
        const char *name = configurations->pdata[i];

        cr_expect(g_ptr_array_find_with_equal_func(expectations, name, g_str_equal, NULL),
                  "%s/%s.conf has no %s.expected", directory, name, name);
    }
    cr_expect(eq(uint, configurations->len, expectations->len));
}

Test(golden, bad_configurations_are_told_all_that_is_wrong)
{
    check_directory(EXECZ_TEST_DATA "/config/bad", problems_in);
}

Test(golden, good_configurations_mean_what_they_say)
{
    check_directory(EXECZ_TEST_DATA "/config/good", meaning_of);
}

Test(golden, every_bad_configuration_has_its_expected_messages)
{
    check_pairs(EXECZ_TEST_DATA "/config/bad", 60);
}

Test(golden, every_good_configuration_has_its_expected_meaning)
{
    check_pairs(EXECZ_TEST_DATA "/config/good", 4);
}

Test(golden, no_bad_configuration_is_silent)
{
    g_autoptr(GPtrArray) names = NULL;

    cr_assert(eq(int, chdir(EXECZ_TEST_DATA "/config/bad"), 0));
    names = names_here(".conf");
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *found = problems_in(names->pdata[i]);

        cr_expect(ne(str, found, (char *)""), "%s", (char *)names->pdata[i]);
    }
}

Test(golden, every_code_of_a_configuration_is_shown_by_a_bad_one_or_a_test)
{
    /* These need files that are too large or too odd to keep; tests/unit/config/ini.c has them. */
    static const ez_config_code elsewhere[] = {EZ_C_FILE_TOO_LARGE, EZ_C_LINE_TOO_LONG,
                                               EZ_C_TOO_MANY_SECTIONS, EZ_C_TOO_MANY_PROBLEMS};
    g_autoptr(GPtrArray) names = NULL;
    GString *all = g_string_new(NULL);

    cr_assert(eq(int, chdir(EXECZ_TEST_DATA "/config/bad"), 0));
    names = names_here(".conf");
    for (guint i = 0; i < names->len; i++) {
        g_autofree char *found = problems_in(names->pdata[i]);

        g_string_append(all, found);
    }
    for (int code = 0; code < EZ_N_CONFIG_CODES; code++) {
        g_autofree char *shown = g_strdup_printf("[%s]", ez_config_code_text(code));
        bool excused = false;

        for (size_t i = 0; i < G_N_ELEMENTS(elsewhere); i++) {
            excused = excused || elsewhere[i] == (ez_config_code)code;
        }
        cr_expect(excused || strstr(all->str, shown) != NULL, "%s", shown);
    }
    g_string_free(all, TRUE);
}
