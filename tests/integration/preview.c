/* SPDX-License-Identifier: MIT */
/* What execz says about when triggers fire. */
#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define BATCH "\"$0\" preview --batch < lines"

Test(preview, shows_runs_on_both_clocks_and_says_where_one_was_set)
{
    ended result = run_execz("preview", "--cron", "30 2 * * *", "--timezone", "Europe/Berlin",
                             "--from", "2027-03-27", "--count", "3", NULL);

    cr_expect(eq(int, result.status, 0), "%s", result.err);
    cr_expect(eq(str, result.out,
                 (char *)"RUN                        UTC                   IN      NOTE\n"
                         "2027-03-27T02:30:00+01:00  2027-03-27T01:30:00Z  2h 30m  -\n"
                         "2027-03-28T03:00:00+02:00  2027-03-28T01:00:00Z  1d 2h   gap: 02:30 does "
                         "not exist, run at 03:00 (gap=run)\n"
                         "2027-03-29T02:30:00+02:00  2027-03-29T00:30:00Z  2d 1h   -\n"));
}

Test(preview, speaks_json)
{
    ended result =
        run_execz("preview", "--at", "2027-01-31T09:00", "--from", "1798761600", "--json", NULL);

    cr_expect(eq(int, result.status, 0), "%s", result.err);
    cr_expect(
        eq(str, result.out,
           (char *)"{\"trigger\":\"date(2027-01-31T09:00:00Z, timezone=UTC)\",\"runs\":[{"
                   "\"local\":\"2027-01-31T09:00:00Z\",\"utc\":\"2027-01-31T09:00:00Z\","
                   "\"in\":2624400.0,\"note\":\"\"}],\"exhausted\":true,\"at_shutdown\":false}"
                   "\n"));
}

Test(preview, tells_mistakes_with_their_column)
{
    ended wrong = run_execz("preview", "--trigger", "cron(hour=25)", NULL);
    ended none = run_execz("preview", NULL);
    ended many = run_execz("preview", "--every", "1h", "--count", "0", NULL);

    cr_expect(eq(int, wrong.status, 2));
    expect_in(wrong.err, "--trigger, column 11: hour: there is no hour 25");
    cr_expect(eq(int, none.status, 2));
    expect_in(none.err, "one of --trigger, --cron, --every, --at and --batch is needed");
    cr_expect(eq(int, many.status, 2));
    expect_in(many.err, "--count: '0' is not a whole number from 1 to 10000");
}

Test(preview, of_a_shutdown_says_that_no_time_can_be_told)
{
    ended result = run_execz("preview", "--trigger", "shutdown()", NULL);

    cr_expect(eq(str, result.out, (char *)"runs when the scheduler shuts down\n"));
}

Test(preview, of_what_counts_from_the_end_of_a_run_shows_the_first)
{
    ended result = run_program(EXECZ_PROGRAM, "preview", "--trigger",
                               "interval(minutes=5, from=end)", "--from", "2027-01-01", NULL);

    cr_expect(eq(str, result.out,
                 (char *)"RUN                   UTC                   IN     NOTE\n"
                         "2027-01-01T00:05:00Z  2027-01-01T00:05:00Z  5m 0s  -\n"
                         "each further run counts from the end of the one before\n"));
}

Test(preview, of_what_counts_from_the_end_of_a_run_says_so_in_json)
{
    ended result =
        run_program(EXECZ_PROGRAM, "preview", "--trigger", "interval(minutes=5, from=end)",
                    "--from", "2027-01-01", "--json", NULL);

    expect_in(result.out, "\"exhausted\":true,\"at_shutdown\":false,\"from_end\":true}");
    own_file("lines", "{\"id\":1,\"trigger\":\"interval(minutes=5, from=end)\","
                      "\"from\":1735689600}\n");
    result = run_program("/bin/sh", "-c", BATCH, EXECZ_PROGRAM, NULL);
    cr_expect(eq(str, result.out,
                 (char *)"{\"id\":1,\"next\":[1735689900],\"exhausted\":true,\"from_end\":true}"
                         "\n"));
}

Test(preview, of_what_counts_from_the_end_of_a_run_and_is_over_shows_none)
{
    ended result = run_program(EXECZ_PROGRAM, "preview", "--trigger",
                               "interval(minutes=5, from=end, end_at=2026-01-01)", "--from",
                               "2027-01-01", NULL);

    cr_expect(eq(str, result.out, (char *)"no further run\n"));
}

Test(preview, of_a_batch_answers_each_line)
{
    ended result;

    own_file("lines", "{\"id\":\"a\",\"trigger\":\"cron(second=*/2)\",\"from\":1735689600.5,"
                      "\"count\":2}\n\nnope\n[1]\n"
                      "{\"id\":{\"x\":2},\"trigger\":\"cron(hour=25)\"}\n"
                      "{\"id\":3,\"trigger\":\"date(2020-01-01)\",\"from\":\"2027-01-01\"}\n"
                      "{\"id\":4,\"trigger\":\"interval(seconds=0.25)\",\"from\":1735689600,"
                      "\"count\":3}\n"
                      "{\"id\":5,\"trigger\":\"cron(hour=9)\",\"timezone\":\"Asia/Kolkata\","
                      "\"from\":\"2027-01-01T09:00\",\"count\":1}\n"
                      "{\"id\":6}\n{\"id\":7,\"trigger\":\"cron(hour=9)\",\"count\":0}\n"
                      "{\"id\":8,\"trigger\":\"cron(hour=9)\",\"from\":\"noon\"}");
    result = run_program("/bin/sh", "-c", BATCH, EXECZ_PROGRAM, NULL);
    cr_expect(eq(int, result.status, 0), "%s", result.err);
    cr_expect(eq(
        str, result.out,
        (char *)"{\"id\":\"a\",\"next\":[1735689602,1735689604],\"exhausted\":false}\n"
                "{\"id\":null,\"line\":3,\"error\":\"line 3 is not JSON: invalid token "
                "near 'nope'\"}\n"
                "{\"id\":null,\"line\":4,\"error\":\"line 4 is not a JSON object like {\\\"id\\\": "
                "1, \\\"trigger\\\": \\\"cron(hour=2)\\\"}\"}\n"
                "{\"id\":{\"x\":2},\"error\":\"column 11: hour: there is no hour 25, they are 0 "
                "to 23\"}\n"
                "{\"id\":3,\"next\":[],\"exhausted\":true}\n"
                "{\"id\":4,\"next\":[1735689600.25,1735689600.5,1735689600.75],\"exhausted\":"
                "false}\n"
                "{\"id\":5,\"next\":[1798774200],\"exhausted\":false}\n"
                "{\"id\":6,\"error\":\"there is no \\\"trigger\\\", a text like "
                "\\\"cron(hour=2)\\\"\"}\n"
                "{\"id\":7,\"error\":\"count: write a whole number from 1 to 10000\"}\n"
                "{\"id\":8,\"error\":\"from: 'noon' is not a point in time; write one like "
                "2027-01-31, 2027-01-31T09:00:00 or 2027-01-31T09:00:00+02:00\"}\n"));
}

Test(preview, of_a_batch_tells_a_mistake_where_it_is)
{
    ended result;

    own_file("lines", "1\n{\"id\":1,\"trigger\":\"cron(hour=2)\",\"timezone\":\"Europe/Berln\"}\n"
                      "{\"id\":2,\"trigger\":\"cron(hour=2)\",\"timezone\":\"Europe/Berln\","
                      "\"from\":\"2027-01-01\"}\n"
                      "{\"id\":3,\"trigger\":\"cron(hour=2)\",\"from\":9214646400}\n"
                      "{\"id\":4,\"trigger\":\"cron(hour=2)\",\"from\":\"9214646400\"}\n"
                      "{\"id\":5,\"trigger\":\"cron(hour=2)\",\"from\":-1}\n"
                      "{\"id\":6,\"trigger\":\"cron(hour=2)\",\"from\":9214646399}\n");
    result = run_program("/bin/sh", "-c", BATCH, EXECZ_PROGRAM, NULL);
    expect_in(result.out, "line 1 is not a JSON object like");
    expect_in(result.out, "{\"id\":1,\"error\":\"timezone: unknown time zone 'Europe/Berln'");
    expect_in(result.out, "{\"id\":2,\"error\":\"timezone: unknown time zone 'Europe/Berln'");
    expect_in(result.out, "{\"id\":3,\"error\":\"from: write seconds since 1970 up to 9214646399,");
    expect_in(result.out, "{\"id\":4,\"error\":\"from: 9214646400 seconds are too many");
    expect_in(result.out, "{\"id\":5,\"error\":\"from: write seconds since 1970 up to 9214646399,");
    expect_in(result.out, "{\"id\":6,\"next\":[],\"exhausted\":true}");
}

Test(preview, of_a_batch_answers_in_json_whatever_a_message_quotes)
{
    g_autofree char *accents = g_strnfill(464, 'x');
    g_autofree char *line = NULL;
    ended result;

    for (int i = 0; i < 464; i += 2) {
        memcpy(accents + i, "\xc3\xa9", 2);
    }
    line = g_strdup_printf("{\"id\":7,\"trigger\":\"cron(hour=2, xx%s=3)\"}\n"
                           "{\"id\":8,\"trigger\":\"cron(hour=2, xxx%s=3)\"}\n",
                           accents, accents);
    own_file("lines", line);
    result = run_program("/bin/sh", "-c", BATCH, EXECZ_PROGRAM, NULL);
    expect_in(result.out, "{\"id\":7,\"error\":\"column ");
    expect_in(result.out, "{\"id\":8,\"error\":\"column ");
}

Test(preview, of_a_batch_passes_over_what_is_too_long_for_a_line)
{
    ended result = run_program("/bin/sh", "-c",
                               "(head -c 70000000 /dev/zero; echo; echo '{\"id\":1,\"trigger\":"
                               "\"date(2020-01-01)\",\"from\":0}') | \"$0\" preview --batch",
                               EXECZ_PROGRAM, NULL);

    expect_in(result.out, "line 1 is too long; the limit is 65536 bytes");
    expect_in(result.out, "{\"id\":1,\"next\":[1577836800],\"exhausted\":true}");
}

Test(preview, says_when_its_answer_cannot_be_written)
{
    ended result = run_program("/bin/sh", "-c", "\"$0\" preview --cron '* * * * *' > /dev/full",
                               EXECZ_PROGRAM, NULL);

    cr_expect(eq(int, result.status, 1));
    expect_in(result.err, "cannot write: No space left on device");
}
