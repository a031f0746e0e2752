/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* The first n run times, as minutes from now. */
static const char *
preview(fixture *self, size_t n)
{
    static GString *text;
    execz_time times[100];
    execz_error err = EXECZ_ERROR_INIT;
    size_t found = 0;

    if (text != NULL) {
        g_string_free(text, TRUE);
    }
    text = g_string_new(NULL);
    cr_assert(execz_scheduler_preview_task(self->scheduler, "a", times, n, &found, &err) ==
                  EXECZ_OK,
              "%s", err.message);
    for (size_t i = 0; i < found; i++) {
        g_string_append_printf(text, "%s%g", i == 0 ? "" : " ",
                               (double)(times[i] - self->clock.now) / (double)EXECZ_MINUTE);
    }
    return text->str;
}

Test(preview, it_shows_what_comes_next)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    fixture_advance(self, 3 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)preview(self, 3), (char *)"7 17 27"));
    cr_expect(eq(str, (char *)preview(self, 0), (char *)""));
    fixture_free(self);
}

Test(preview, it_ends_with_the_schedule)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "interval(minutes=10, end_at=2027-01-01T00:25:00Z)", "tests:ok");
    cr_expect(eq(str, (char *)preview(self, 100), (char *)"10 20"));
    fixture_free(self);
}

Test(preview, before_the_start_it_is_as_if_that_were_now)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    fake_clock_advance(&self->clock, EXECZ_HOUR);
    cr_expect(eq(str, (char *)preview(self, 2), (char *)"10 20"));
    fixture_free(self);
}

Test(preview, of_a_paused_task_it_shows_what_follows_the_pause)
{
    fixture *self = fixture_new_started("debug");

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    fixture_advance(self, 3 * EXECZ_MINUTE);
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", NULL, EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    fixture_advance(self, 30 * EXECZ_MINUTE);
    cr_expect(eq(str, (char *)preview(self, 2), (char *)"7 17"));
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", NULL, self->clock.now + EXECZ_HOUR,
                                         NULL) == EXECZ_OK);
    cr_expect(eq(str, (char *)preview(self, 2), (char *)"67 77"));
    fixture_free(self);
}

Test(preview, jitter_is_in_it)
{
    fixture *self = fixture_new_started("debug");
    execz_scheduler_info info = {.size = sizeof info};
    execz_time first = 0;
    size_t n = 0;

    fixture_add(self, "a", "interval(hours=1, jitter=60)", "tests:ok");
    execz_scheduler_get_info(self->scheduler, &info);
    cr_assert(execz_scheduler_preview_task(self->scheduler, "a", &first, 1, &n, NULL) == EXECZ_OK);
    cr_expect(eq(i64, first, info.next_run));
    cr_expect(gt(i64, first, self->clock.now + EXECZ_HOUR));
    fixture_free(self);
}

Test(preview, the_trigger_itself_can_be_asked_more)
{
    fixture *self = fixture_new_started("debug");
    execz_time next = 0;
    execz_trigger *trigger;
    char text[64];

    fixture_add(self, "a", "interval(minutes=10)", "tests:ok");
    trigger = execz_scheduler_get_trigger(self->scheduler, "a", NULL);
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    cr_assert(execz_trigger_next(trigger, self->clock.now, &next) == EXECZ_OK);
    cr_expect(eq(i64, next, self->clock.now + 10 * EXECZ_MINUTE), "its phase is the task's");
    (void)execz_trigger_local_time(trigger, next, text, sizeof text);
    cr_expect(eq(str, text, (char *)"2027-01-01T00:10:00Z"));
    execz_trigger_free(trigger);
    fixture_free(self);
}

Test(preview, what_cannot_be_shown_is_told)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;
    size_t n = 7;

    cr_expect(eq(int, execz_scheduler_preview_task(self->scheduler, "a", NULL, 0, &n, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(ptr, execz_scheduler_get_trigger(self->scheduler, "a", &err), NULL));
    cr_expect(eq(str, err.message, (char *)"there is no task 'a'"));
    cr_expect(eq(int,
                 execz_scheduler_preview_task(self->scheduler, "a", NULL, EXECZ_PREVIEW_MAX + 1, &n,
                                              &err),
                 EXECZ_E_LIMIT));
    cr_expect(eq(sz, n, 7));
    fixture_free(self);
}
