/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <execz/query.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static bool
has_id(const ez_entry *entry, const void *id)
{
    return id == NULL || g_str_equal(entry->task->id, id);
}

static guint
count(fixture *self, const char *id)
{
    g_autoptr(GPtrArray) entries = ez_scheduler_list_entries(self->scheduler, has_id, id);

    return entries->len;
}

Test(entries, are_listed_as_far_as_they_are_wanted)
{
    fixture *self = fixture_new("debug");

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    fixture_add(self, "b", "interval(minutes=1)", "tests:ok");
    cr_expect(all(eq(uint, count(self, NULL), 2), eq(uint, count(self, "b"), 1),
                  eq(uint, count(self, "c"), 0)));
    fixture_free(self);
}

Test(entries, live_as_long_as_they_are_listed)
{
    fixture *self = fixture_new("debug");
    GPtrArray *entries;
    ez_entry *first;

    fixture_add(self, "a", "interval(minutes=1)", "tests:ok");
    cr_assert(execz_scheduler_start(self->scheduler, NULL) == EXECZ_OK);
    entries = ez_scheduler_list_entries(self->scheduler, has_id, NULL);
    cr_assert(eq(uint, entries->len, 1));
    first = entries->pdata[0];
    cr_expect(not(atomic_load(&first->removed)));
    cr_assert(execz_scheduler_remove_task(self->scheduler, "a", NULL) == EXECZ_OK);
    fixture_settle(self);
    cr_expect(atomic_load(&first->removed));
    cr_expect(eq(uint, count(self, NULL), 0));
    g_ptr_array_unref(entries);
    fixture_free(self);
}

/* ---- walks ----------------------------------------------------------------------------------- */

enum { MANY = 2000 };

static char *
id_of(char *id, const char *prefix, unsigned i)
{
    (void)snprintf(id, 16, "%s%u", prefix, i);
    return id;
}

static void
add_many(fixture *self, const char *prefix)
{
    char id[16];

    for (unsigned i = 0; i < MANY; i++) {
        fixture_add(self, id_of(id, prefix, i), "interval(hours=1)", "tests:ok");
    }
}

static void
drop_all_others(execz_scheduler *self, ez_entry *entry, void *user)
{
    ez_entry *other;
    size_t at = 0;

    ++*(unsigned *)user;
    while (self->tasks.length > 1 && (other = ez_index_next(&self->tasks, &at)) != NULL) {
        if (other != entry) {
            ez_scheduler_drop_locked(self, other);
            at = 0;
        }
    }
}

Test(entries, what_is_dropped_in_a_walk_is_not_come_to)
{
    fixture *self = fixture_new("debug");
    unsigned n = 0;

    add_many(self, "a");
    ez_scheduler_walk(self->scheduler, drop_all_others, &n);
    cr_expect(eq(uint, n, 1));
    cr_expect(all(eq(uint, count(self, NULL), 1), eq(uint, self->scheduler->dropped->len, 0)));
    fixture_free(self);
}

/* A thread that has tasks come and go. */
typedef struct traffic {
    fixture *of;
    atomic_bool over;
} traffic;

static void *
come_and_go(void *argument)
{
    traffic *self = argument;
    char id[16];

    for (unsigned i = 0; !atomic_load(&self->over); i = (i + 1) % 100) {
        fixture_add(self->of, id_of(id, "guest", i), "interval(hours=1)", "tests:ok");
        cr_assert(execz_scheduler_remove_task(self->of->scheduler, id, NULL) == EXECZ_OK);
    }
    return NULL;
}

static void
note_once(void *user, const execz_task_info *task)
{
    if (task->id[0] == 's') {
        cr_assert(g_hash_table_add(user, g_strdup(task->id)), "%s", task->id);
    }
}

Test(entries, a_task_that_is_there_all_the_while_is_told_once)
{
    fixture *self = fixture_new("debug");
    traffic other = {.of = self};
    pthread_t thread;

    add_many(self, "stays");
    cr_assert(zero(int, pthread_create(&thread, NULL, come_and_go, &other)));
    for (int i = 0; i < 20; i++) {
        g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

        cr_assert(execz_scheduler_list_tasks(self->scheduler, NULL, EXECZ_SORT_ID, note_once, told,
                                             NULL) == EXECZ_OK);
        cr_assert(eq(uint, g_hash_table_size(told), MANY));
    }
    atomic_store(&other.over, true);
    pthread_join(thread, NULL);
    fixture_free(self);
}

static void *
remove_all(void *argument)
{
    traffic *self = argument;
    uint64_t n = 0;

    while (!atomic_load(&self->over)) {
        cr_assert(execz_scheduler_remove_all_tasks(self->of->scheduler, NULL, &n, NULL) ==
                  EXECZ_OK);
    }
    return NULL;
}

static void
note_any(void *user, const execz_task_info *task)
{
    *(size_t *)user += strlen(task->id);
}

Test(entries, all_may_be_removed_while_they_are_listed)
{
    fixture *self = fixture_new("debug");
    traffic other = {.of = self};
    size_t length = 0;
    pthread_t thread;

    cr_assert(zero(int, pthread_create(&thread, NULL, remove_all, &other)));
    for (int i = 0; i < 5; i++) {
        add_many(self, "a");
        cr_assert(execz_scheduler_list_tasks(self->scheduler, NULL, EXECZ_SORT_ID, note_any,
                                             &length, NULL) == EXECZ_OK);
        while (count(self, NULL) > 0) {
        }
    }
    atomic_store(&other.over, true);
    pthread_join(thread, NULL);
    cr_expect(eq(uint, self->scheduler->dropped->len, 0));
    fixture_free(self);
}
