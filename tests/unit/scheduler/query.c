/* SPDX-License-Identifier: MIT */
#include "scheduler/query.h"

#include "fixture.h"
#include "scheduler/result.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
note_id(void *user, const execz_task_info *task)
{
    GString *ids = user;

    g_string_append_printf(ids, "%s%s", ids->len == 0 ? "" : " ", task->id);
}

/* The ids, one blank between. */
static const char *
list(fixture *self, const execz_task_filter *filter, uint32_t sort)
{
    static GString *ids;
    execz_error err = EXECZ_ERROR_INIT;

    if (ids != NULL) {
        g_string_free(ids, TRUE);
    }
    ids = g_string_new(NULL);
    cr_assert(execz_scheduler_list_tasks(self->scheduler, filter, sort, note_id, ids, &err) ==
                  EXECZ_OK,
              "%s", err.message);
    return ids->str;
}

static const char *
in_states(fixture *self, uint32_t states)
{
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;

    filter.states = states;
    return list(self, &filter, EXECZ_SORT_ID);
}

static void
add(fixture *self, const char *id, const char *name, const char *executor, const char *trigger)
{
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = id;
    spec.name = name;
    spec.executor = executor;
    spec.trigger = trigger;
    spec.function = "tests:ok";
    fixture_add_spec(self, &spec);
}

static fixture *
with_tasks(void)
{
    fixture *self = fixture_new_started("debug");

    add(self, "db.backup", "Nightly Backup", "x", "interval(hours=3)");
    add(self, "db.vacuum", "Clean up", "default", "interval(hours=1)");
    add(self, "mail", "a Report", "default", "interval(hours=2)");
    return self;
}

Test(query, tasks_are_sorted_by_what_is_asked_for)
{
    fixture *self = with_tasks();

    cr_expect(
        eq(str, (char *)list(self, NULL, EXECZ_SORT_NEXT_RUN), (char *)"db.vacuum mail db.backup"));
    cr_expect(eq(str, (char *)list(self, NULL, EXECZ_SORT_ID), (char *)"db.backup db.vacuum mail"));
    cr_expect(
        eq(str, (char *)list(self, NULL, EXECZ_SORT_NAME), (char *)"db.vacuum db.backup mail"));
    cr_expect(
        eq(str, (char *)list(self, NULL, EXECZ_SORT_EXECUTOR), (char *)"db.vacuum mail db.backup"));
    cr_expect(eq(str, (char *)list(self, NULL, EXECZ_SORT_ID | EXECZ_SORT_DESCENDING),
                 (char *)"mail db.vacuum db.backup"));
    fixture_free(self);
}

Test(query, a_filter_names_tasks_by_executor_beginning_and_text)
{
    fixture *self = with_tasks();
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;

    filter.executor = "default";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)"db.vacuum mail"));
    filter.prefix = "db.";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)"db.vacuum"));
    filter.executor = NULL;
    filter.text = "BACK";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)"db.backup"));
    filter.prefix = NULL;
    filter.text = "report";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)"mail"));
    filter.text = "nothing of it";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)""));
    fixture_free(self);
}

Test(query, an_older_caller_filters_by_what_it_knows)
{
    fixture *self = with_tasks();
    execz_task_filter filter = {.size = offsetof(execz_task_filter, text), .text = "mail"};

    filter.prefix = "db.";
    cr_expect(eq(str, (char *)list(self, &filter, EXECZ_SORT_ID), (char *)"db.backup db.vacuum"));
    fixture_free(self);
}

Test(query, each_state_is_found)
{
    fixture *self = fixture_new("threadpool");

    fixture_add(self, "running", "date(2027-01-01T00:01:00Z)", "tests:deaf");
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_PENDING), (char *)"running"));
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_PENDING), (char *)""));
    fixture_add(self, "blocked", "interval(minutes=1)", "tests:nothing");
    add(self, "no-executor", NULL, "none", "date(2027-01-01T00:01:00Z)");
    fixture_add(self, "paused", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "scheduled", "interval(hours=1)", "tests:ok");
    cr_assert(execz_scheduler_pause_task(self->scheduler, "paused", NULL, EXECZ_TIME_NEVER, NULL) ==
              EXECZ_OK);
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:running");
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_RUNNING), (char *)"running"));
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_PAUSED), (char *)"paused"));
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_BLOCKED), (char *)"blocked no-executor"));
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_SCHEDULED), (char *)"blocked scheduled"));
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_PAUSED | EXECZ_TASK_RUNNING),
                 (char *)"paused running"));
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:running");
    fixture_free(self);
}

Test(query, a_task_that_waits_for_a_busy_executor_is_found)
{
    fixture *self = fixture_new_started(NULL);
    execz_pair options[] = {{"max_workers", "1"}, {"queue_limit", "1"}};

    cr_assert(execz_scheduler_add_executor(self->scheduler, "default", "threadpool", options, 2,
                                           NULL) == EXECZ_OK);
    fixture_add(self, "a", "interval(hours=1)", "tests:deaf");
    fixture_add(self, "b", "interval(hours=1)", "tests:ok");
    fixture_add(self, "c", "interval(hours=1)", "tests:ok");
    cr_assert(execz_scheduler_run_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_wait_for(self, "started:a");
    cr_assert(execz_scheduler_run_task(self->scheduler, "b", NULL) == EXECZ_OK);
    cr_assert(execz_scheduler_run_task(self->scheduler, "c", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_WAITING), (char *)"c"));
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:c ");
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_WAITING), (char *)""));
    fixture_free(self);
}

Test(query, a_task_that_waits_for_a_run_of_its_own_to_end_is_found)
{
    fixture *self = fixture_new_started("threadpool");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=1)";
    spec.function = "tests:deaf";
    spec.overlap = EXECZ_OVERLAP_QUEUE;
    fixture_add_spec(self, &spec);
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_WAITING), (char *)""));
    fixture_advance(self, EXECZ_MINUTE);
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_WAITING), (char *)"a"));
    fixture_let_deaf_go();
    fixture_wait_for(self, "executed:a submitted:a ");
    cr_expect(eq(str, (char *)in_states(self, EXECZ_TASK_WAITING), (char *)""));
    fixture_free(self);
}

static void
copy(void *user, const execz_task_info *task)
{
    *(execz_task_info *)user = *task;
}

static execz_task_info
get(fixture *self, const char *id)
{
    execz_task_info info = {0};

    cr_assert(execz_scheduler_get_task(self->scheduler, id, copy, &info, NULL) == EXECZ_OK);
    return info;
}

Test(query, one_task_tells_how_it_went_last_and_when_next)
{
    fixture *self = fixture_new_started("debug");
    execz_task_info info;

    fixture_add(self, "a", "interval(minutes=1)", "tests:fail");
    info = get(self, "a");
    cr_expect(all(eq(u32, info.last_outcome, 0), eq(i64, info.last_end, 0)));
    cr_expect(eq(i64, info.next_run, self->clock.now + EXECZ_MINUTE));
    fixture_advance(self, EXECZ_MINUTE);
    info = get(self, "a");
    cr_expect(eq(u32, info.last_outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(
        all(le(i64, info.last_end, self->clock.now), gt(i64, info.last_end, self->clock.now - 16)));
    cr_expect(eq(i64, info.next_run, self->clock.now + EXECZ_MINUTE));
    fixture_advance(self, EXECZ_DAY);
    (void)fixture_take_events(self);
    fixture_free(self);
}

Test(query, one_that_was_missed_tells_so)
{
    fixture *self = fixture_new_started("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    spec.id = "a";
    spec.trigger = "interval(minutes=10)";
    spec.function = "tests:ok";
    spec.misfire_grace_time = EXECZ_SECOND;
    fixture_add_spec(self, &spec);
    fixture_advance(self, 11 * EXECZ_MINUTE);
    cr_expect(eq(u32, get(self, "a").last_outcome, EXECZ_OUTCOME_MISSED));
    fixture_free(self);
}

Test(query, one_that_was_cancelled_while_it_waited_tells_so)
{
    fixture *self = fixture_new_started(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_cancel_task(self->scheduler, "a", 0, NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(eq(u32, get(self, "a").last_outcome, EXECZ_OUTCOME_CANCELLED));
    fixture_free(self);
}

Test(query, one_that_was_lost_tells_so)
{
    fixture *self = fixture_new_started("threadpool");

    fixture_add(self, "a", "interval(minutes=1)", "tests:deaf");
    fixture_advance(self, EXECZ_MINUTE);
    fixture_wait_for(self, "started:a");
    ez_result_give_up(self->scheduler, "by a test");
    cr_expect(eq(u32, get(self, "a").last_outcome, EXECZ_OUTCOME_LOST));
    fixture_let_deaf_go();
    fixture_free(self);
}

static void
expect_reasons(void *user, const execz_task_info *task)
{
    fixture *self = user;

    cr_expect(eq(str, (char *)task->paused_reason, (char *)"by the test"));
    cr_expect(eq(i64, task->paused_until, self->clock.now + EXECZ_HOUR));
    cr_expect(eq(str, (char *)task->blocked, (char *)"there is no executor 'default'"));
    cr_expect(eq(i64, task->next_run, EXECZ_TIME_NEVER));
    cr_expect(eq(u32, task->states, EXECZ_TASK_PAUSED | EXECZ_TASK_BLOCKED));
    cr_expect(execz_scheduler_remove_task(self->scheduler, task->id, NULL) == EXECZ_OK,
              "it may call the scheduler");
    cr_expect(eq(str, (char *)task->id, (char *)"a"), "and still has its texts");
}

Test(query, one_task_tells_why_it_does_not_run)
{
    fixture *self = fixture_new_started(NULL);

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_advance(self, EXECZ_MINUTE);
    cr_assert(execz_scheduler_pause_task(self->scheduler, "a", "by the test",
                                         self->clock.now + EXECZ_HOUR, NULL) == EXECZ_OK);
    cr_expect(execz_scheduler_get_task(self->scheduler, "a", expect_reasons, self, NULL) ==
              EXECZ_OK);
    fixture_free(self);
}

Test(query, a_task_that_was_just_replaced_is_the_new_one)
{
    fixture *self = fixture_new_started("debug");
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    spec.id = "a";
    spec.trigger = "interval(minutes=2)";
    spec.function = "tests:fail";
    cr_assert(execz_scheduler_put_task(self->scheduler, &spec, NULL) == EXECZ_OK);
    cr_expect(eq(str, (char *)get(self, "a").trigger, (char *)"interval(minutes=2)"));
    cr_expect(eq(str, (char *)get(self, "a").function, (char *)"tests:fail"));
    fixture_free(self);
}

Test(query, what_cannot_be_asked_is_told)
{
    fixture *self = with_tasks();
    execz_task_filter filter = EXECZ_TASK_FILTER_INIT;
    execz_error err = EXECZ_ERROR_INIT;
    GString *ids = g_string_new(NULL);

    filter.states = 1u << 20;
    cr_expect(eq(int, execz_scheduler_list_tasks(self->scheduler, &filter, 0, note_id, ids, &err),
                 EXECZ_E_INVAL));
    cr_expect(eq(int, execz_scheduler_list_tasks(self->scheduler, NULL, 99, note_id, ids, &err),
                 EXECZ_E_INVAL));
    cr_expect(eq(int, execz_scheduler_get_task(self->scheduler, "x", note_id, ids, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(sz, ids->len, 0));
    g_string_free(ids, TRUE);
    fixture_free(self);
}

static void
note_spec(void *user, const execz_task_spec *spec)
{
    fixture *self = user;

    cr_expect(eq(str, (char *)spec->function, (char *)"tests:fail"));
    cr_expect(eq(uint, spec->max_instances, 1), "nothing is left to a default");
    cr_expect(execz_scheduler_put_task(self->scheduler, spec, NULL) == EXECZ_OK);
}

Test(query, the_spec_of_a_task_makes_the_same_task_again)
{
    fixture *self = fixture_new_started("debug");
    execz_error err = EXECZ_ERROR_INIT;

    fixture_add(self, "a", "interval(minutes=1)", "tests:fail");
    cr_expect(execz_scheduler_get_task_spec(self->scheduler, "a", note_spec, self, &err) ==
              EXECZ_OK);
    cr_expect(eq(str, (char *)get(self, "a").trigger, (char *)"interval(minutes=1)"));
    cr_expect(eq(i32, execz_scheduler_get_task_spec(self->scheduler, "x", note_spec, self, &err),
                 EXECZ_E_NOT_FOUND));
    fixture_free(self);
}
