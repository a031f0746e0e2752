/* SPDX-License-Identifier: MIT */
#include "store/memory.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static void
visit(void *user, ez_task *task, execz_time next_run)
{
    (void)task;
    (void)next_run;
    ++*(unsigned *)user;
}

Test(memory, says_its_type)
{
    ez_store *store = ez_memory_store_new();

    cr_expect(eq(str, (char *)store->ops->type, (char *)"memory"));
    ez_store_free(store);
}

Test(memory, keeps_nothing_beside_the_scheduler_and_says_so)
{
    ez_store *store = ez_memory_store_new();
    ez_change change = {EZ_CHANGE_PUT, NULL, 0};
    unsigned n = 0;

    cr_expect(not(ez_store_commits(store)));
    cr_expect(eq(int, ez_store_commit(store, &change, 1, NULL), EXECZ_OK));
    cr_expect(eq(int, ez_store_load(store, visit, &n, NULL), EXECZ_OK));
    cr_expect(eq(uint, n, 0));
    ez_store_free(store);
    ez_store_free(NULL);
}
