/* SPDX-License-Identifier: MIT */
#include "fixture.h"

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
