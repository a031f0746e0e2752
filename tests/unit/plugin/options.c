/* SPDX-License-Identifier: MIT */
#include "plugin/options.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static const execz_option schema[] = {
    EXECZ_OPTION(INT, 0, "max_workers", "10", "1..1000", "How many at once"),
    EXECZ_OPTION(BOOL, 0, "daemon", "no", "", ""),
    EXECZ_OPTION(DURATION, 0, "grace", "", "1s..1h", ""),
    EXECZ_OPTION(SIZE, 0, "stack_size", "64K", "..1GiB", ""),
    EXECZ_OPTION(PATH, 0, "socket", "", "", ""),
    EXECZ_OPTION(CHOICE, 0, "mode", "fast", "fast|safe", ""),
    EXECZ_OPTION(STRING, 0, "prefix", "", "", ""),
    EXECZ_OPTION(INT, EXECZ_OPTION_SECRET, "pin", "", "1000..9999", ""),
};

/* A setting in line, key at column 1 and value at column 20. */
static ez_setting
setting(unsigned line, const char *key, const char *value)
{
    return (ez_setting){key, value, {"x.conf", line, 1}, {"x.conf", line, 20}};
}

static ez_options *
check(const ez_setting *settings, size_t n, ez_report *report)
{
    return ez_options_check(schema, G_N_ELEMENTS(schema),
                            &(ez_options_source){.owner = "executor 'cpu'",
                                                 .place = {"x.conf", 1, 1},
                                                 .base_dir = "/etc/execz",
                                                 .settings = settings,
                                                 .n_settings = n},
                            report);
}

/* The only problem that one setting causes. */
static char *
problem_with(const char *key, const char *value)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting one = setting(2, key, value);

    cr_assert(eq(ptr, check(&one, 1, report), NULL));
    cr_assert(eq(sz, ez_report_count(report), 1));
    return g_strdup_printf("%u: %s %s", ez_report_get(report, 0)->place.column,
                           ez_report_get(report, 0)->code, ez_report_get(report, 0)->message);
}

static execz_error
schema_error(execz_option option)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_options_check_schema(&option, 1, &err), EXECZ_E_PLUGIN));
    cr_expect(eq(str, err.code, (char *)"P601"));
    return err;
}

Test(options, defaults_fill_what_is_not_set)
{
    g_autoptr(ez_report) report = ez_report_new();
    g_autoptr(ez_options) options = check(NULL, 0, report);
    int64_t number = -1;

    cr_assert(ne(ptr, options, NULL));
    cr_expect(eq(str, (char *)ez_options_get(options, "max_workers"), (char *)"10"));
    cr_expect(eq(int, ez_options_get_i64(options, "max_workers", &number), EXECZ_OK));
    cr_expect(eq(i64, number, 10));
    cr_expect(eq(int, ez_options_get_i64(options, "stack_size", &number), EXECZ_OK));
    cr_expect(eq(i64, number, 65536));
}

Test(options, an_option_without_value_and_default_has_no_text)
{
    g_autoptr(ez_report) report = ez_report_new();
    g_autoptr(ez_options) options = check(NULL, 0, report);
    int64_t number;

    cr_expect(eq(ptr, (void *)ez_options_get(options, "grace"), NULL));
    cr_expect(eq(int, ez_options_get_i64(options, "grace", &number), EXECZ_E_NOT_FOUND));
    cr_expect(eq(int, ez_options_get_i64(options, "nothing", &number), EXECZ_E_NOT_FOUND));
    cr_expect(eq(int, ez_options_get_i64(options, "prefix", &number), EXECZ_E_INVAL));
}

Test(options, values_are_parsed_by_their_type)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[] = {setting(2, "daemon", "yes"), setting(3, "grace", "1m 30s"),
                             setting(4, "stack_size", "1MiB")};
    g_autoptr(ez_options) options = check(settings, G_N_ELEMENTS(settings), report);
    int64_t daemon = 0, grace = 0, size = 0;

    ez_options_get_i64(options, "daemon", &daemon);
    ez_options_get_i64(options, "grace", &grace);
    ez_options_get_i64(options, "stack_size", &size);
    cr_expect(eq(i64, daemon, 1));
    cr_expect(eq(i64, grace, 90 * EXECZ_SECOND));
    cr_expect(eq(i64, size, 1048576));
}

Test(options, a_relative_path_starts_at_the_configuration)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting one = setting(2, "socket", "../run/x.sock");
    g_autoptr(ez_options) options = check(&one, 1, report);

    cr_expect(eq(str, (char *)ez_options_get(options, "socket"), (char *)"/etc/run/x.sock"));
}

Test(options, pairs_hold_what_has_a_text_in_the_order_of_the_schema)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting one = setting(2, "prefix", "cpu");
    g_autoptr(ez_options) options = check(&one, 1, report);
    const execz_pair *pairs = ez_options_pairs(options);

    cr_assert(eq(sz, ez_options_count(options), 5));
    cr_expect(eq(str, (char *)pairs[0].key, (char *)"max_workers"));
    cr_expect(eq(str, (char *)pairs[4].key, (char *)"prefix"));
    cr_expect(eq(str, (char *)pairs[4].value, (char *)"cpu"));
}

Test(options, an_empty_string_is_a_value)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting one = setting(2, "prefix", "");
    g_autoptr(ez_options) options = check(&one, 1, report);

    cr_expect(eq(str, (char *)ez_options_get(options, "prefix"), (char *)""));
}

Test(options, an_unknown_key_is_answered_with_the_nearest_and_all)
{
    g_autofree char *problem = problem_with("max_worker", "3");

    cr_expect(eq(str, problem,
                 (char *)"1: P111 executor 'cpu' has no option 'max_worker'; did you mean "
                         "\"max_workers\"?; known: max_workers, daemon, grace, stack_size, socket, "
                         "mode, prefix, pin"));
}

Test(options, an_owner_without_options_says_so)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting one = setting(2, "depth", "3");
    ez_options_source source = {.owner = "executor 'x'", .settings = &one, .n_settings = 1};

    cr_expect(eq(ptr, ez_options_check(NULL, 0, &source, report), NULL));
    cr_expect(eq(str, ez_report_get(report, 0)->message,
                 (char *)"executor 'x' has no option 'depth'; it has no options"));
}

Test(options, a_wrong_type_is_reported_at_the_value)
{
    g_autofree char *problem = problem_with("max_workers", "many");

    cr_expect(eq(str, problem,
                 (char *)"20: P113 executor 'cpu': option 'max_workers': 'many' is not a whole "
                         "number"));
}

Test(options, a_range_has_two_ends)
{
    g_autofree char *above = problem_with("max_workers", "1001");
    g_autofree char *below = problem_with("max_workers", "0");

    cr_expect(eq(str, above,
                 (char *)"20: P114 executor 'cpu': option 'max_workers': 1001 is out of range; it "
                         "must be from 1 to 1000"));
    cr_expect(eq(str, below,
                 (char *)"20: P114 executor 'cpu': option 'max_workers': 0 is out of range; it "
                         "must be from 1 to 1000"));
}

Test(options, the_ends_of_a_range_are_in_it)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[] = {setting(2, "max_workers", "1000"), setting(3, "grace", "1s")};
    g_autoptr(ez_options) options = check(settings, G_N_ELEMENTS(settings), report);

    cr_expect(ne(ptr, options, NULL));
}

Test(options, an_open_range_names_the_end_it_has)
{
    g_autofree char *problem = problem_with("stack_size", "2GiB");

    cr_expect(eq(str, problem,
                 (char *)"20: P114 executor 'cpu': option 'stack_size': 2GiB is out of range; it "
                         "must be at most 1GiB"));
}

Test(options, a_choice_lists_what_there_is)
{
    g_autofree char *problem = problem_with("mode", "saef");

    cr_expect(
        eq(str, problem,
           (char *)"20: P114 executor 'cpu': option 'mode': 'saef' is none of fast, safe; did "
                   "you mean \"safe\"?"));
}

Test(options, a_secret_is_never_quoted)
{
    g_autofree char *type = problem_with("pin", "hunter2");
    g_autofree char *range = problem_with("pin", "31337");

    cr_expect(eq(ptr, strstr(type, "hunter2"), NULL), "%s", type);
    cr_expect(eq(ptr, strstr(range, "31337"), NULL), "%s", range);
}

Test(options, a_key_set_twice_is_reported_at_the_second)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[] = {setting(3, "daemon", "yes"), setting(7, "daemon", "no")};

    cr_assert(eq(ptr, check(settings, 2, report), NULL));
    cr_expect(eq(uint, ez_report_get(report, 0)->place.line, 7));
    cr_expect(
        eq(str, ez_report_get(report, 0)->message,
           (char *)"executor 'cpu': option 'daemon' is set twice; the first one is in line 3: "
                   "keep one"));
}

Test(options, all_problems_come_at_once)
{
    g_autoptr(ez_report) report = ez_report_new();
    ez_setting settings[] = {setting(2, "nonsense", "1"), setting(3, "max_workers", "0"),
                             setting(4, "grace", "soon")};

    cr_expect(eq(ptr, check(settings, G_N_ELEMENTS(settings), report), NULL));
    cr_expect(eq(sz, ez_report_count(report), 3));
}

Test(options, a_required_option_is_missed_at_the_owner)
{
    static const execz_option needed[] = {
        EXECZ_OPTION(STRING, EXECZ_OPTION_REQUIRED, "server", "", "", "Where the queue is")};
    g_autoptr(ez_report) report = ez_report_new();
    ez_options_source source = {.owner = "executor 'mq'", .place = {"x.conf", 12, 1}};

    cr_assert(eq(ptr, ez_options_check(needed, 1, &source, report), NULL));
    cr_expect(eq(uint, ez_report_get(report, 0)->place.line, 12));
    cr_expect(eq(str, ez_report_get(report, 0)->message,
                 (char *)"executor 'mq' needs the option 'server': Where the queue is"));
}

Test(options, a_schema_with_an_endless_text_is_refused)
{
    execz_option option = EXECZ_OPTION(STRING, 0, "name", "", "", "");
    execz_error err;

    memset(option.allowed, 'x', sizeof option.allowed);
    err = schema_error(option);
    cr_expect(
        eq(str, err.message,
           (char *)"option number 1 has a text without an end; declare it with EXECZ_OPTION() "
                   "and shorter texts"));
}

Test(options, a_schema_whose_texts_are_not_utf8_is_refused)
{
    const execz_option options[] = {EXECZ_OPTION(STRING, 0, "name", "", "", "caf\xE9"),
                                    EXECZ_OPTION(STRING, 0, "name", "caf\xE9", "", "")};

    for (size_t i = 0; i < G_N_ELEMENTS(options); i++) {
        cr_expect(
            eq(str, schema_error(options[i]).message,
               (char *)"option 'name' has a text that is not UTF-8; save its source as UTF-8"));
    }
}

Test(options, a_schema_of_another_type_is_refused)
{
    execz_option option = EXECZ_OPTION(STRING, 0, "name", "", "", "");

    option.type = 77;
    cr_expect(eq(str, schema_error(option).message,
                 (char *)"option 'name' has the type 77, which this execz does not know"));
}

Test(options, a_schema_against_its_own_rules_is_refused)
{
    execz_option option = EXECZ_OPTION(INT, 0, "depth", "99", "1..10", "");

    cr_expect(eq(str, schema_error(option).message,
                 (char *)"option 'depth' is declared against its own rules: 99 is out of range; it "
                         "must be from 1 to 10"));
    schema_error((execz_option)EXECZ_OPTION(INT, 0, "depth", "", "10..1", ""));
    schema_error((execz_option)EXECZ_OPTION(INT, 0, "depth", "", "..", ""));
    schema_error((execz_option)EXECZ_OPTION(CHOICE, 0, "mode", "", "", ""));
    schema_error((execz_option)EXECZ_OPTION(STRING, 0, "text", "", "1..2", ""));
    schema_error((execz_option)EXECZ_OPTION(STRING, 0, "Upper", "", "", ""));
}

Test(options, a_malformed_schema_is_a_problem_and_no_crash)
{
    g_autoptr(ez_report) report = ez_report_new();
    execz_option bad;
    ez_options_source source = {.owner = "executor 'x'", .place = {"x.conf", 5, 1}};

    memset(&bad, 0xff, sizeof bad);
    cr_expect(eq(ptr, ez_options_check(&bad, 1, &source, report), NULL));
    cr_expect(eq(str, (char *)ez_report_get(report, 0)->code, (char *)"P601"));
}
