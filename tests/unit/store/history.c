/* SPDX-License-Identifier: MIT */
#include "store/history.h"

#include <glib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
add(ez_history *self, const char *task, execz_time finished, uint32_t outcome)
{
    ez_history_add(self, &(execz_history_record){.task = task,
                                                 .executor = "default",
                                                 .scheduled = finished - 1,
                                                 .finished = finished,
                                                 .outcome = outcome,
                                                 .attempt = 1});
}

static ez_history *
with_four(void)
{
    ez_history *self = ez_history_new(10, 100000);

    add(self, "a", 10, EXECZ_OUTCOME_OK);
    add(self, "b", 20, EXECZ_OUTCOME_ERROR);
    add(self, "a", 30, EXECZ_OUTCOME_LOST);
    add(self, "a", 30, EXECZ_OUTCOME_OK);
    return self;
}

static void
note(void *user, const execz_history_record *record)
{
    g_string_append_printf(user, "%s@%d=%s ", record->task, (int)record->finished,
                           execz_outcome_name(record->outcome));
}

static void
expect(ez_history *self, execz_history_filter filter, const char *wanted)
{
    execz_history_filter whole;
    g_autoptr(GString) seen = g_string_new(NULL);

    filter.size = sizeof filter;
    cr_assert(eq(int, ez_history_read_filter(&filter, &whole, NULL), EXECZ_OK));
    ez_history_query(self, &whole, note, seen);
    cr_expect(eq(str, seen->str, (char *)wanted));
}

static execz_history_filter
all(void)
{
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT;

    return filter;
}

/* All, but for one field. */
#define FILTER(field, value)                                                                       \
    ({                                                                                             \
        execz_history_filter filter = all();                                                       \
        filter.field = value;                                                                      \
        filter;                                                                                    \
    })

Test(history, the_newest_end_is_told_first)
{
    ez_history *self = with_four();

    expect(self, all(), "a@30=ok a@30=lost b@20=error a@10=ok ");
    ez_history_free(self);
}

Test(history, each_part_of_a_filter_counts)
{
    ez_history *self = with_four();

    expect(self, FILTER(task, "b"), "b@20=error ");
    expect(self, FILTER(outcomes, EXECZ_HISTORY_FAILED), "a@30=lost b@20=error ");
    expect(self, FILTER(since, 20), "a@30=ok a@30=lost b@20=error ");
    expect(self, FILTER(until, 20), "a@10=ok ");
    expect(self, FILTER(limit, 2), "a@30=ok a@30=lost ");
    expect(self, FILTER(before, 20), "a@10=ok ");
    expect(self, FILTER(id, 31), "a@30=ok ");
    expect(self, FILTER(scheduled, 9), "a@10=ok ");
    expect(self, FILTER(task, "c"), "");
    ez_history_free(self);
}

Test(history, the_oldest_records_go_beyond_the_number)
{
    ez_history *self = ez_history_new(2, 100000);

    for (int i = 1; i <= 5; i++) {
        add(self, "a", i * 10, EXECZ_OUTCOME_OK);
    }
    expect(self, all(), "a@50=ok a@40=ok ");
    ez_history_free(self);
}

Test(history, the_oldest_records_go_beyond_the_bytes)
{
    ez_history *self = ez_history_new(100, 1000);
    g_autofree char *text = g_strnfill(400, 'x');

    for (int i = 1; i <= 5; i++) {
        ez_history_add(self, &(execz_history_record){.task = "a",
                                                     .executor = "default",
                                                     .finished = i,
                                                     .outcome = EXECZ_OUTCOME_ERROR,
                                                     .message = text});
    }
    expect(self, all(), "a@5=error ");
    ez_history_free(self);
}

Test(history, ids_ascend_though_the_clock_goes_back)
{
    cr_expect(eq(u64, ez_history_next_id(0, 50), 50));
    cr_expect(eq(u64, ez_history_next_id(50, 20), 51));
    cr_expect(eq(u64, ez_history_next_id(50, -20), 51));
    cr_expect(eq(u64, ez_history_next_id(51, 51), 52));
}

static void
expect_output(void *user, const execz_history_record *record)
{
    cr_expect(eq(u64, record->output_length, EXECZ_HISTORY_OUTPUT_MAX));
    cr_expect(eq(u64, record->output_dropped, 107));
    cr_expect(record->output[0] == 'a' && record->output[EXECZ_HISTORY_OUTPUT_MAX - 1] == 'z');
    ++*(unsigned *)user;
}

Test(history, of_a_long_output_head_and_tail_are_kept)
{
    ez_history *self = ez_history_new(3, 10000000);
    size_t length = EXECZ_HISTORY_OUTPUT_MAX + 100;
    g_autofree char *output = g_strnfill(length, '-');
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT;
    unsigned n = 0;

    output[0] = 'a';
    output[length - 1] = 'z';
    ez_history_add(self, &(execz_history_record){.task = "a",
                                                 .executor = "default",
                                                 .finished = 1,
                                                 .outcome = EXECZ_OUTCOME_OK,
                                                 .output = output,
                                                 .output_length = length,
                                                 .output_dropped = 7});
    filter.output = 1;
    cr_assert(eq(int, ez_history_read_filter(&filter, &filter, NULL), EXECZ_OK));
    ez_history_query(self, &filter, expect_output, &n);
    cr_expect(eq(uint, n, 1));
    ez_history_free(self);
}

Test(history, a_filter_with_what_there_is_not_is_refused)
{
    execz_history_filter filter = EXECZ_HISTORY_FILTER_INIT, whole;
    execz_error err = EXECZ_ERROR_INIT;

    filter.outcomes = EXECZ_HISTORY_OF(9);
    cr_expect(eq(int, ez_history_read_filter(&filter, &whole, &err), EXECZ_E_INVAL));
    cr_expect(strstr(err.message, "0x200") != NULL, "%s", err.message);
    filter.outcomes = 0;
    filter.limit = EXECZ_HISTORY_LIMIT_MAX + 1;
    cr_expect(eq(int, ez_history_read_filter(&filter, &whole, &err), EXECZ_E_LIMIT));
    cr_expect(strstr(err.message, "at most 100000") != NULL, "%s", err.message);
    cr_expect(eq(int, ez_history_read_filter(NULL, &whole, NULL), EXECZ_OK));
    cr_expect(eq(u32, whole.limit, EXECZ_HISTORY_LIMIT_MAX));
}
