/* SPDX-License-Identifier: MIT */
/* More is due than executors take. */
#include "fixture.h"

#include "scheduler/dispatch.h"
#include "support/patience.h"

#include <poll.h>
#include <string.h>

#include <execz/config.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture *
with_workers(const char *workers, const char *queue_limit)
{
    const execz_pair options[] = {{"max_workers", workers}, {"queue_limit", queue_limit}};
    fixture *self = fixture_new(NULL);

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options,
                                           queue_limit == NULL ? 1 : 2, NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    fixture_settle(self);
    return self;
}

static guint
count_events(const fixture *self, const char *event)
{
    g_auto(GStrv) parts = g_strsplit(self->events->str, event, -1);

    return g_strv_length(parts) - 1;
}

/* Which of those that are due together start first is not said. */
static void
wait_for_two_started(fixture *self)
{
    int64_t end = patience_ends();

    while (count_events(self, "started:") < 2) {
        cr_assert(not(patience_is_over(end)));
        fixture_settle(self);
        (void)poll(NULL, 0, 1);
    }
}

typedef struct tally {
    unsigned executed, others;
    execz_duration waited;   /* of all of them, with the executor */
    execz_duration lateness; /* until they got there */
} tally;

static void
count(void *user, const execz_event *event)
{
    tally *self = user;

    if (event->code == EXECZ_EVENT_TASK_EXECUTED) {
        self->executed++;
        self->waited += event->result->started - event->submitted;
        self->lateness += event->submitted - event->result->run_time;
    } else {
        self->others++;
    }
}

/* Two of them run and the others wait, for longer than any grace of a second. */
Test(overload,
     eight_tasks_on_two_workers_are_all_executed_and_their_wait_is_told_apart_from_lateness)
{
    fixture *self = with_workers("2", NULL);
    tally ends = {0};

    (void)execz_scheduler_add_listener(
        self->scheduler, EXECZ_EVENT_TERMINAL | EXECZ_EVENT_TASK_MAX_INSTANCES, count, &ends);
    for (int i = 0; i < 8; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);

        fixture_add(self, id, "date(2027-01-01T00:01:00Z)", "tests:deaf");
    }
    fixture_advance(self, EXECZ_MINUTE);
    wait_for_two_started(self);
    fake_clock_advance(&self->clock, EXECZ_MINUTE);
    fixture_let_deaf_go();
    for (int i = 0; i < 8; i++) {
        g_autofree char *executed = g_strdup_printf("executed:t%d ", i);

        fixture_wait_for(self, executed);
    }
    cr_expect(all(eq(uint, ends.executed, 8), eq(uint, ends.others, 0)));
    cr_expect(all(eq(i64, ends.waited, 6 * EXECZ_MINUTE), eq(i64, ends.lateness, 0)));
    fixture_free(self);
}

/* One worker runs, one place is taken, and three tasks are held. */
Test(overload, what_is_held_goes_by_priority_and_then_by_time)
{
    fixture *self = with_workers("1", "1");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    static const char *const ids[] = {"low", "late", "high", "early"};
    static const char *const minutes[] = {"03", "05", "06", "04"};
    static const int32_t priorities[] = {-1, 0, 5, 0};

    fixture_add(self, "running", "date(2027-01-01T00:01:00Z)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:running");
    fixture_add(self, "queued", "date(2027-01-01T00:02:00Z)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autofree char *trigger = g_strdup_printf("date(2027-01-01T00:%s:00Z)", minutes[i]);

        spec.id = ids[i];
        spec.trigger = trigger;
        spec.function = "tests:ok";
        spec.priority = priorities[i];
        fixture_add_spec(self, &spec);
    }
    for (int i = 0; i < 4; i++) {
        fixture_advance(self, EXECZ_MINUTE);
    }
    (void)fixture_take_events(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:low ");
    for (size_t i = 1; i < G_N_ELEMENTS(ids); i++) {
        static const char *const order[] = {"submitted:high ", "submitted:early ",
                                            "submitted:late ", "submitted:low "};
        const char *before = strstr(self->events->str, order[i - 1]);
        const char *after = strstr(self->events->str, order[i]);

        cr_expect(before != NULL && after != NULL && before < after, "%s", self->events->str);
    }
    fixture_free(self);
}

/* One worker runs a task that waits to be let go, and one place is taken. */
static fixture *
with_a_full_pool(void)
{
    fixture *self = with_workers("1", "1");

    fixture_add(self, "running", "date(2027-01-01T00:01:00Z)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:running");
    fixture_add(self, "queued", "date(2027-01-01T00:02:00Z)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    return self;
}

static void
add_with_priority(fixture *self, const char *id, int32_t priority)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.trigger = "interval(days=1)";
    spec.function = "tests:ok";
    spec.priority = priority;
    fixture_add_spec(self, &spec);
}

static void
run(fixture *self, const char *id)
{
    cr_assert(execz_scheduler_run_task(self->scheduler, id, NULL) == EXECZ_OK);
    fixture_settle(self);
}

static void
expect_in_order(fixture *self, const char *one, const char *other)
{
    const char *before = strstr(self->events->str, one);
    const char *after = strstr(self->events->str, other);

    cr_expect(before != NULL && after != NULL && before < after, "%s", self->events->str);
}

Test(overload, what_waits_stands_where_its_new_priority_says)
{
    fixture *self = with_a_full_pool();
    execz_pair change = {"priority", "9"};

    add_with_priority(self, "a", 1);
    add_with_priority(self, "b", 0);
    run(self, "a");
    run(self, "b");
    cr_assert(execz_scheduler_update_task(self->scheduler, "b", &change, 1, NULL) == EXECZ_OK);
    fixture_settle(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "submitted:a ");
    expect_in_order(self, "submitted:b ", "submitted:a ");
    fixture_free(self);
}

/* The pool takes one more, and nobody has told the loop. */
Test(overload, who_comes_later_does_not_overtake_the_line)
{
    fixture *self = with_a_full_pool();

    add_with_priority(self, "waits", 1);
    add_with_priority(self, "later", 0);
    run(self, "waits");
    fixture_let_deaf_go();
    while (ez_runs_count_unfinished(self->scheduler->runs,
                                    ez_scheduler_find_place(self->scheduler, "default")->executor) >
           0) {
        (void)poll(NULL, 0, 1);
    }
    cr_assert(execz_scheduler_run_task(self->scheduler, "later", NULL) == EXECZ_OK);
    ez_dispatch_due(self->scheduler);
    cr_expect(strstr(self->events->str, "submitted:later ") == NULL, "%s", self->events->str);
    fixture_wait_for(self, "submitted:later ");
    expect_in_order(self, "submitted:waits ", "submitted:later ");
    fixture_free(self);
}

Test(overload, a_next_attempt_stands_in_line_by_its_priority)
{
    fixture *self = with_workers("1", "1");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "again";
    spec.trigger = "interval(days=1)";
    spec.function = "tests:third";
    spec.max_attempts = 3;
    spec.priority = 5;
    fixture_add_spec(self, &spec);
    add_with_priority(self, "low", 0);
    fixture_add(self, "running", "interval(days=1)", "tests:deaf");
    fixture_add(self, "queued", "interval(days=1)", "tests:ok");
    run(self, "again");
    fixture_wait_for(self, "retry:again ");
    run(self, "running");
    fixture_wait_for(self, "started:running ");
    run(self, "queued");
    run(self, "low");
    fixture_advance(self, 2 * EXECZ_SECOND);
    (void)fixture_take_events(self);
    fixture_let_deaf_go();
    fixture_wait_for(self, "submitted:low ");
    expect_in_order(self, "submitted:again ", "submitted:low ");
    fixture_free(self);
}

Test(overload, that_an_executor_is_busy_is_an_event_once_a_minute_and_not_for_each_run)
{
    fixture *self = with_workers("1", "1");

    fixture_add(self, "running", "date(2027-01-01T00:01:00Z)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:running");
    for (int i = 0; i < 10; i++) {
        g_autofree char *id = g_strdup_printf("t%d", i);

        fixture_add(self, id, "date(2027-01-01T00:02:00Z)", "tests:ok");
    }
    cr_expect(eq(uint, count_events(self, "executor_busy"), 0));
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(uint, count_events(self, "executor_busy"), 1));
    fixture_advance(self, 30 * EXECZ_SECOND);
    cr_expect(eq(uint, count_events(self, "executor_busy"), 1));
    fixture_advance(self, 30 * EXECZ_SECOND);
    cr_expect(eq(uint, count_events(self, "executor_busy"), 2));
    fixture_let_deaf_go();
    fixture_free(self);
}

Test(overload, a_busy_executor_keeps_no_other_one_waiting)
{
    fixture *self = with_a_full_pool();
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    cr_assert(execz_scheduler_add_executor(self->scheduler, "other", "debug", NULL, 0, NULL) ==
              EXECZ_OK);
    fixture_add(self, "waits", "date(2027-01-01T00:03:00Z)", "tests:ok");
    spec.id = "goes";
    spec.executor = "other";
    spec.trigger = "date(2027-01-01T00:03:00Z)";
    spec.function = "tests:ok";
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(strstr(self->events->str, "executed:goes ") != NULL, "%s", self->events->str);
    cr_expect(strstr(self->events->str, "submitted:waits ") == NULL, "%s", self->events->str);
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:waits ");
    fixture_free(self);
}
