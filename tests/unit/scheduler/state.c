/* SPDX-License-Identifier: MIT */
#include "scheduler/state.h"

#include "fixture.h"
#include "support/scratch.h"

#include <string.h>

#include <execz/state.h>

#include <criterion/new/assert.h>

static void
expect_refusal(execz_scheduler_options options, execz_status status, const char *part)
{
    static const char *const plugin_path[] = {EXECZ_TEST_BUNDLED_DIR, NULL};
    execz_error err = EXECZ_ERROR_INIT;

    options.size = sizeof options;
    options.plugin_path = plugin_path;
    options.misfire_grace_time = EXECZ_UNSET;
    cr_expect(execz_scheduler_new(&options, &err) == NULL);
    cr_expect(eq(int, err.status, status), "%s", err.message);
    cr_expect(strstr(err.message, part) != NULL, "%s", err.message);
}

Test(state, options_that_make_no_sense_are_refused)
{
    static const execz_pair wrong[] = {{"retain_ago", "5d"}};

    expect_refusal((execz_scheduler_options){.state_dir = "here"}, EXECZ_E_INVAL, "absolute");
    expect_refusal((execz_scheduler_options){.store = "sqlite"}, EXECZ_E_INVAL, "state_dir");
    expect_refusal((execz_scheduler_options){.state_dir = "/x", .store = "oracle"},
                   EXECZ_E_NOT_FOUND, "oracle");
    expect_refusal((execz_scheduler_options){.state_dir = "/x", .store = "debug"}, EXECZ_E_PLUGIN,
                   "no store 'debug'");
    expect_refusal(
        (execz_scheduler_options){.state_dir = "/x", .store_options = wrong, .n_store_options = 1},
        EXECZ_E_CONFIG, "retain_age");
}

Test(state, without_a_directory_tasks_are_in_memory)
{
    fixture *self = fixture_new_started("debug");
    execz_store_info info = {.size = sizeof info};

    execz_scheduler_get_store(self->scheduler, &info);
    cr_expect(eq(u32, info.durable, 0));
    cr_expect(eq(str, (char *)info.type, (char *)"memory"));
    cr_expect(execz_scheduler_check_store(self->scheduler, NULL) == EXECZ_OK);
    fixture_free(self);
}

Test(state, the_store_is_opened_by_the_start_and_says_what_is_wrong)
{
    char *directory = scratch_new();
    g_autofree char *path = g_build_filename(directory, "execz.db", NULL);
    g_autofree char *text = g_strnfill(5000, 'x');
    fixture *self = fixture_new_in("debug", directory);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(g_file_set_contents(path, text, 5000, NULL));
    cr_expect(execz_scheduler_check_store(self->scheduler, NULL) == EXECZ_E_STATE);
    cr_expect(execz_scheduler_start(self->scheduler, &err) == EXECZ_E_IO);
    cr_expect(strstr(err.message, path) != NULL, "%s", err.message);
    cr_expect(eq(u32, ez_scheduler_state(self->scheduler), EXECZ_STATE_STOPPED));
    cr_assert(eq(int, g_unlink(path), 0));
    cr_expect(execz_scheduler_start(self->scheduler, &err) == EXECZ_OK, "it can be mended: %s",
              err.message);
    fixture_free(self);
    scratch_free(directory);
}

static void
note(void *user, const execz_quarantined_task *task)
{
    g_string_append_printf(user, "%s: %s ", task->task, task->reason);
}

/* A scheduler that has found one task whose record is of a later version. */
static fixture *
with_unreadable(const char *directory, const char *record)
{
    fixture *self = fixture_new_in("debug", directory);

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    ez_batch_task(&self->scheduler->journal, EXECZ_STORE_PUT_TASK, "a",
                  self->clock.now + EXECZ_HOUR, record);
    ez_scheduler_commit(self->scheduler);
    fixture_free(self);
    self = fixture_new_in("debug", directory);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    return self;
}

Test(state, a_record_that_cannot_be_read_is_in_quarantine_and_shown)
{
    char *directory = scratch_new();
    fixture *self = with_unreadable(directory, "{\"v\":9}");
    g_autoptr(GString) seen = g_string_new(NULL);
    execz_store_info info = {.size = sizeof info};
    execz_error err = EXECZ_ERROR_INIT;

    execz_scheduler_get_store(self->scheduler, &info);
    cr_expect(eq(u64, info.quarantined, 1));
    cr_assert(execz_scheduler_list_quarantine(self->scheduler, note, seen, NULL) == EXECZ_OK);
    cr_expect(strstr(seen->str, "a: it is of version 9") != NULL, "%s", seen->str);
    cr_expect(execz_scheduler_restore_task(self->scheduler, "a", &err) == EXECZ_E_UNSUPPORTED);
    cr_expect(strstr(err.message, "version 9") != NULL, "%s", err.message);
    cr_expect(execz_scheduler_restore_task(self->scheduler, "b", &err) == EXECZ_E_NOT_FOUND);
    fixture_free(self);
    scratch_free(directory);
}

Test(state, a_record_under_another_id_is_in_quarantine_and_stays_there)
{
    char *directory = scratch_new();
    fixture *self =
        with_unreadable(directory, "{\"v\":1,\"id\":\"b\",\"trigger\":"
                                   "\"interval(minutes=1)\",\"function\":\"tests:ok\"}");
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(ptr, ez_index_find(&self->scheduler->tasks, "b"), NULL));
    cr_expect(execz_scheduler_restore_task(self->scheduler, "a", &err) == EXECZ_E_INVAL);
    cr_expect(strstr(err.message, "it is the record of task 'b'") != NULL, "%s", err.message);
    fixture_free(self);
    scratch_free(directory);
}

/* As a damaged disk may have left them. */
Test(state, times_that_none_can_have_bring_nothing_down)
{
    static const char record[] = "{\"v\":1,\"id\":\"a\",\"trigger\":\"interval(minutes=1)\","
                                 "\"function\":\"tests:ok\"}";
    char *directory = scratch_new();
    fixture *self = fixture_new_in("debug", directory);
    execz_history_record run = {.task = "b", .scheduled = INT64_MIN, .attempt = 1};
    execz_store_info info = {.size = sizeof info};

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    ez_batch_task(&self->scheduler->journal, EXECZ_STORE_PUT_TASK, "a", INT64_MIN, record);
    ez_batch_open(&self->scheduler->journal, &run, true, 0);
    ez_scheduler_commit(self->scheduler);
    fixture_free(self);
    self = fixture_new_in("debug", directory);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    execz_scheduler_get_store(self->scheduler, &info);
    cr_expect(eq(u64, info.quarantined, 1));
    fixture_settle(self);
    cr_expect(eq(u32, ez_scheduler_state(self->scheduler), EXECZ_STATE_RUNNING));
    fixture_free(self);
    scratch_free(directory);
}

Test(state, a_task_comes_back_from_quarantine_once_it_can_be_read)
{
    char *directory = scratch_new();
    fixture *self = fixture_new_in("debug", directory);
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    ez_batch_task(&self->scheduler->journal, EXECZ_STORE_PUT_TASK, "a",
                  self->clock.now + EXECZ_MINUTE,
                  "{\"v\":1,\"id\":\"a\",\"trigger\":\"interval(minutes=1, "
                  "start_at=2027-01-01T00:00:00Z)\",\"function\":\"tests:ok\"}");
    ez_batch_task(&self->scheduler->journal, EXECZ_STORE_QUARANTINE, "a", 0, "for a test");
    ez_scheduler_commit(self->scheduler);
    cr_assert(execz_scheduler_restore_task(self->scheduler, "a", &err) == EXECZ_OK, "%s",
              err.message);
    fixture_settle(self);
    cr_expect(ez_index_find(&self->scheduler->tasks, "a") != NULL);
    cr_expect(execz_scheduler_restore_task(self->scheduler, "a", &err) == EXECZ_E_NOT_FOUND);
    fixture_free(self);
    self = fixture_new_in("debug", directory);
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    cr_expect(ez_index_find(&self->scheduler->tasks, "a") != NULL, "it is a task as any other");
    fixture_free(self);
    scratch_free(directory);
}
