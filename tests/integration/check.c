/* SPDX-License-Identifier: MIT */
/* What execz plugin check tells others: a build server, and people whose machine lacks something. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

/* ---- JUnit ------------------------------------------------------------------------------------ */

typedef struct seen {
    unsigned suites, cases, failures, skipped;
    uint64_t told_cases, told_failures, told_skipped; /* by the suite's own attributes */
} seen;

static uint64_t
number_of(const char *name, const char **names, const char **values)
{
    for (size_t i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            return g_ascii_strtoull(values[i], NULL, 10);
        }
    }
    return UINT64_MAX;
}

static void
see(GMarkupParseContext *context, const char *element, const char **names, const char **values,
    void *user, GError **error)
{
    seen *self = user;

    (void)context;
    (void)error;
    self->cases += strcmp(element, "testcase") == 0;
    self->failures += strcmp(element, "failure") == 0;
    self->skipped += strcmp(element, "skipped") == 0;
    if (strcmp(element, "testsuite") == 0) {
        self->suites++;
        self->told_cases = number_of("tests", names, values);
        self->told_failures = number_of("failures", names, values);
        self->told_skipped = number_of("skipped", names, values);
    }
}

/* The file is whole, and is what the parser of somebody else makes of it. */
static seen
read_junit(const char *name)
{
    static const GMarkupParser parser = {.start_element = see};
    seen self = {0};
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &self, NULL);
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;
    gsize length = 0;

    cr_assert(g_file_get_contents(own_path(name), &text, &length, NULL));
    cr_expect(g_markup_parse_context_parse(context, text, (gssize)length, &error) &&
                  g_markup_parse_context_end_parse(context, &error),
              "%s\n%s", error == NULL ? "" : error->message, text);
    g_markup_parse_context_free(context);
    return self;
}

Test(check, a_build_server_can_read_what_passed_failed_and_was_not_made)
{
    ended result = run_execz("plugin", "check", EXECZ_TEST_PLUGIN_DIR "/no_destroy.so", "--only",
                             "static", "--only", "descriptor", "--junit", "report.xml", NULL);
    seen report = read_junit("report.xml");

    cr_expect(eq(int, result.status, 1), "%s", result.out);
    cr_expect(eq(uint, report.suites, 1));
    cr_expect(gt(uint, report.cases, 15));
    cr_expect(all(gt(uint, report.failures, 0), gt(uint, report.skipped, 0)));
    cr_expect(all(eq(u64, report.told_cases, report.cases),
                  eq(u64, report.told_failures, report.failures),
                  eq(u64, report.told_skipped, report.skipped)));
}

Test(check, a_report_that_cannot_be_written_is_told)
{
    ended result = run_execz("plugin", "check", "debug", "--only", "static.file", "--junit",
                             "no/such/directory.xml", NULL);

    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "no/such");
}

/* ---- what is lacking ----------------------------------------------------------------------------- */

/* Where we are built for a sanitizer ourselves, so is every plugin. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
Test(check, a_plugin_that_was_not_built_for_the_sanitizer_is_told_how_to)
{
    ended asan = run_execz("plugin", "check", "debug", "--asan", NULL);
    ended tsan = run_execz("plugin", "check", "debug", "--tsan", NULL);

    cr_expect(all(eq(int, asan.status, 1), eq(int, tsan.status, 1)));
    expect_in(asan.err, "-fsanitize=address");
    expect_in(tsan.err, "-fsanitize=thread");
}

Test(check, a_sanitizer_that_is_not_installed_is_told_with_its_package)
{
    static const char file[] = "\0libasan.so.77\0";
    ended result;

    cr_assert(g_file_set_contents(own_path("mine.so"), file, sizeof file, NULL));
    result = run_execz("plugin", "check", "./mine.so", "--asan", NULL);
    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "needs libasan.so.77, which is not installed here");
    expect_in(result.err, "apt install libasan77");
}

Test(check, valgrind_that_is_not_installed_is_told)
{
    ended result = run_program("env", "PATH=/nowhere", EXECZ_PROGRAM, "plugin", "check", "debug",
                               "--valgrind", NULL);

    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "valgrind is not installed here (Debian: apt install valgrind)");
}
#endif
