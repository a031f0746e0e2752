/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static ez_store *store;
static ez_task *backup, *report;

static ez_task *
make_task(const char *id)
{
    ez_task_defaults defaults = {"UTC", EXECZ_UNSET, 0, EXECZ_COALESCE_DEFAULT};
    execz_task_spec spec = EXECZ_TASK_SPEC_INIT;
    ez_task *task;

    spec.id = id;
    spec.trigger = "interval(hours=1)";
    spec.shell = "true";
    task = ez_task_new(&spec, &defaults, NULL, NULL);
    cr_assert(task != NULL);
    return task;
}

static void
open_store(void)
{
    store = ez_memory_store_new();
    backup = make_task("backup");
    report = make_task("report");
}

static void
close_store(void)
{
    ez_store_free(store);
    ez_task_unref(backup);
    ez_task_unref(report);
}

TestSuite(memory, .init = open_store, .fini = close_store);

static void
expect_commit(const ez_change *changes, size_t n)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_store_commit(store, changes, n, &err), EXECZ_OK), "%s", err.message);
}

static void
expect_refused(const ez_change *changes, size_t n, execz_status status, const char *message)
{
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, ez_store_commit(store, changes, n, &err), status));
    cr_expect(eq(int, err.status, status));
    cr_expect(eq(str, err.message, (char *)message));
}

static void
describe(void *user, ez_task *task, execz_time next_run)
{
    char *line = g_strdup_printf("%s@%" G_GINT64_FORMAT, task->id, next_run);

    g_ptr_array_add(user, line);
}

static int
compare_lines(const void *a, const void *b)
{
    return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

/* Everything in the store is as the text says: "id@next id@next", sorted. */
static void
expect_content(const char *expected)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *actual = NULL;

    cr_expect(eq(int, ez_store_load(store, describe, lines, NULL), EXECZ_OK));
    g_ptr_array_sort(lines, compare_lines);
    g_ptr_array_add(lines, NULL);
    actual = g_strjoinv(" ", (char **)lines->pdata);
    cr_expect(eq(str, actual, (char *)expected));
}

Test(memory, is_empty_at_first)
{
    expect_content("");
}

Test(memory, a_batch_without_changes_is_fine)
{
    expect_commit(NULL, 0);
    expect_content("");
}

Test(memory, keeps_what_is_put)
{
    expect_commit((ez_change[]){{EZ_CHANGE_PUT, backup, 100}, {EZ_CHANGE_PUT, report, 200}}, 2);
    expect_content("backup@100 report@200");
}

Test(memory, gives_the_very_task_back)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    cr_expect(eq(uint, backup->references, 2));
}

Test(memory, a_new_next_run_time_replaces_the_old_one)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_commit(&(ez_change){EZ_CHANGE_NEXT, backup, 300}, 1);
    expect_content("backup@300");
}

Test(memory, forgets_what_is_removed)
{
    expect_commit((ez_change[]){{EZ_CHANGE_PUT, backup, 100}, {EZ_CHANGE_PUT, report, 200}}, 2);
    expect_commit(&(ez_change){EZ_CHANGE_REMOVE, backup, 0}, 1);
    expect_content("report@200");
    cr_expect(eq(uint, backup->references, 1));
}

Test(memory, a_removed_id_is_free_again)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_commit(&(ez_change){EZ_CHANGE_REMOVE, backup, 0}, 1);
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 500}, 1);
    expect_content("backup@500");
}

Test(memory, a_task_is_exchanged_for_another_of_its_id)
{
    ez_task *other = make_task("backup");

    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_commit(&(ez_change){EZ_CHANGE_UPDATE, other, 500}, 1);
    expect_content("backup@500");
    cr_expect(eq(uint, backup->references, 1), "the old one is not kept");
    expect_commit(&(ez_change){EZ_CHANGE_REMOVE, other, 0}, 1);
    expect_content("");
    ez_task_unref(other);
}

Test(memory, a_known_id_is_refused)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_refused(&(ez_change){EZ_CHANGE_PUT, backup, 500}, 1, EXECZ_E_EXISTS,
                   "there is a task 'backup' in the memory store");
    expect_content("backup@100");
}

Test(memory, an_unknown_id_cannot_be_changed)
{
    expect_refused(&(ez_change){EZ_CHANGE_NEXT, backup, 100}, 1, EXECZ_E_NOT_FOUND,
                   "no task 'backup' in the memory store");
    expect_refused(&(ez_change){EZ_CHANGE_REMOVE, backup, 0}, 1, EXECZ_E_NOT_FOUND,
                   "no task 'backup' in the memory store");
    expect_refused(&(ez_change){EZ_CHANGE_UPDATE, backup, 0}, 1, EXECZ_E_NOT_FOUND,
                   "no task 'backup' in the memory store");
}

Test(memory, a_batch_is_refused_as_a_whole)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_refused((ez_change[]){{EZ_CHANGE_NEXT, backup, 300},
                                 {EZ_CHANGE_REMOVE, backup, 0},
                                 {EZ_CHANGE_NEXT, report, 400}},
                   3, EXECZ_E_NOT_FOUND, "no task 'report' in the memory store");
    expect_content("backup@100");
}

Test(memory, within_a_batch_each_change_sees_the_ones_before)
{
    expect_commit((ez_change[]){{EZ_CHANGE_PUT, backup, 100},
                                {EZ_CHANGE_NEXT, backup, 200},
                                {EZ_CHANGE_REMOVE, backup, 0},
                                {EZ_CHANGE_PUT, backup, 300}},
                  4);
    expect_content("backup@300");
}

Test(memory, a_batch_cannot_put_one_id_twice)
{
    expect_refused((ez_change[]){{EZ_CHANGE_PUT, backup, 100}, {EZ_CHANGE_PUT, backup, 200}}, 2,
                   EXECZ_E_EXISTS, "there is a task 'backup' in the memory store");
    expect_content("");
}

Test(memory, a_batch_cannot_use_what_it_has_removed)
{
    expect_commit(&(ez_change){EZ_CHANGE_PUT, backup, 100}, 1);
    expect_refused((ez_change[]){{EZ_CHANGE_REMOVE, backup, 0}, {EZ_CHANGE_NEXT, backup, 200}}, 2,
                   EXECZ_E_NOT_FOUND, "no task 'backup' in the memory store");
    expect_content("backup@100");
}

Test(memory, says_its_type)
{
    cr_expect(eq(str, (char *)store->ops->type, (char *)"memory"));
}
