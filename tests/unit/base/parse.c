/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static execz_duration
duration(const char *text)
{
    execz_duration out = -1;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_parse_duration(text, &out, &err), EXECZ_OK), "%s", err.message);
    return out;
}

Test(parse, a_bare_number_counts_seconds)
{
    cr_expect(eq(i64, duration("90"), 90 * EXECZ_SECOND));
}

Test(parse, durations_add_up)
{
    cr_expect(eq(i64, duration(" 1h 30m "), 90 * EXECZ_MINUTE));
    cr_expect(eq(i64, duration("1d2h3m4s5ms6us7ns"),
                 26 * EXECZ_HOUR + 3 * EXECZ_MINUTE + 4 * EXECZ_SECOND + 5006007));
}

Test(parse, fractions_are_exact)
{
    cr_expect(eq(i64, duration("1.5h"), 90 * EXECZ_MINUTE));
    cr_expect(eq(i64, duration("0.000000001s"), 1));
}

Test(parse, a_wrong_unit_names_the_right_ones)
{
    execz_duration out = 7;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_parse_duration("5 fortnights", &out, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message,
                 (char *)"'fortnights' is not a unit of time; use ns, us, ms, s, m, h, d or w"));
    cr_expect(eq(i64, out, 7), "untouched on failure");
}

Test(parse, a_duration_over_292_years_is_refused)
{
    execz_duration out;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_parse_duration("99999999999w", &out, &err), EXECZ_E_PARSE));
    cr_expect(eq(int, ez_parse_duration("99999999999999999999s", &out, &err), EXECZ_E_PARSE));
    cr_expect(eq(int, ez_parse_duration("-5s", &out, &err), EXECZ_E_PARSE));
    cr_expect(eq(int, ez_parse_duration("", &out, &err), EXECZ_E_PARSE));
}

Test(parse, durations_are_written_as_they_are_read)
{
    static const execz_duration samples[] = {
        0, 1, 999, EXECZ_SECOND, 90 * EXECZ_MINUTE, 8 * EXECZ_DAY + 1, INT64_MAX};

    for (size_t i = 0; i < G_N_ELEMENTS(samples); i++) {
        g_autofree char *text = ez_format_duration(samples[i]);

        cr_expect(eq(i64, duration(text), samples[i]), "%s", text);
    }
}

Test(parse, sizes_know_both_families_of_units)
{
    int64_t out = 0;

    cr_expect(all(eq(int, ez_parse_size("64", &out, NULL), EXECZ_OK), eq(i64, out, 64)));
    cr_expect(all(eq(int, ez_parse_size("64K", &out, NULL), EXECZ_OK), eq(i64, out, 65536)));
    cr_expect(all(eq(int, ez_parse_size("1.5 MiB", &out, NULL), EXECZ_OK), eq(i64, out, 1572864)));
    cr_expect(all(eq(int, ez_parse_size("2kB", &out, NULL), EXECZ_OK), eq(i64, out, 2000)));
    cr_expect(eq(int, ez_parse_size("2 kilo", &out, NULL), EXECZ_E_PARSE));
}

Test(parse, whole_numbers_are_whole_and_fit)
{
    int64_t out = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(all(eq(int, ez_parse_i64(" -12 ", &out, NULL), EXECZ_OK), eq(i64, out, -12)));
    cr_expect(eq(int, ez_parse_i64("1.5", &out, &err), EXECZ_E_PARSE));
    cr_expect(eq(str, err.message, (char *)"'1.5' is not a whole number"));
    cr_expect(eq(int, ez_parse_i64("9223372036854775808", &out, &err), EXECZ_E_PARSE));
}

Test(parse, truth_has_many_spellings_and_no_guess)
{
    bool out = false;

    cr_expect(ez_parse_bool("Yes", &out, NULL) == EXECZ_OK && out);
    cr_expect(ez_parse_bool("off", &out, NULL) == EXECZ_OK && !out);
    cr_expect(eq(int, ez_parse_bool("perhaps", &out, NULL), EXECZ_E_PARSE));
}

Test(parse, times_are_written_in_utc)
{
    g_autofree char *plain = ez_format_time(1798761600 * EXECZ_SECOND);
    g_autofree char *fraction = ez_format_time(1798761600 * EXECZ_SECOND + 250 * EXECZ_MILLISECOND);
    g_autofree char *before = ez_format_time(-1);

    cr_expect(eq(str, plain, (char *)"2027-01-01T00:00:00Z"));
    cr_expect(eq(str, fraction, (char *)"2027-01-01T00:00:00.25Z"));
    cr_expect(eq(str, before, (char *)"1969-12-31T23:59:59.999999999Z"));
}

Test(parse, the_nearest_name_is_offered_when_it_is_near)
{
    static const char *const names[] = {"asyncio", "debug", "threadpool", "processpool"};

    cr_expect(eq(str, (char *)ez_nearest("threadpol", names, 4), (char *)"threadpool"));
    cr_expect(eq(str, (char *)ez_nearest("debgu", names, 4), (char *)"debug"));
    cr_expect(ez_nearest("kubernetes", names, 4) == NULL);
}
