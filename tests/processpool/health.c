/* SPDX-License-Identifier: MIT */
/* What the pool says of its health, and the scheduler of it. */
#include "harness.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(health, .fini = close_pool);

typedef struct report {
    uint32_t expected, health;
    char why[200];
} report;

static void
note(void *user, const execz_executor_info *executor)
{
    report *self = user;

    self->health = executor->health;
    snprintf(self->why, sizeof self->why, "%s",
             executor->health_why != NULL ? executor->health_why : "");
}

static bool
is_as_expected(void *user)
{
    report *self = user;

    execz_scheduler_list_executors(scheduler(), note, self);
    return self->health == self->expected;
}

/* Dispatches until the pool's health is this, and returns what it says. */
static const char *
await_health(uint32_t expected)
{
    static report now;

    now = (report){.expected = expected};
    await_that(is_as_expected, &now, "the health of the pool");
    return now.why;
}

/* The file without which workers refuse to begin; it is not there. */
static const char *
name_file(void)
{
    static char path[] = "/tmp/execz-health-XXXXXX";

    close(mkstemp(path));
    unlink(path);
    setenv("POOL_TEST_FILE", path, 1);
    return path;
}

static void
make_file(const char *path)
{
    FILE *file = fopen(path, "w");

    cr_assert(file != NULL && fclose(file) == 0);
}

Test(health, it_is_down_while_no_worker_can_be_started)
{
    const char *path = name_file();
    const char *why;

    open_pool("max_workers", "1", "initializer", "pool_bodies:refuse", NULL);
    (void)await_health(EXECZ_HEALTH_OK);
    add_function("task", "pool_bodies:nothing", NULL);
    run_task("task");
    why = await_health(EXECZ_HEALTH_DOWN);
    cr_expect(ne(ptr, strstr(why, "0 of 1 workers are ready"), NULL), "%s", why);
    cr_expect(ne(ptr, strstr(why, "the file is not there"), NULL), "%s", why);
    cr_expect(eq(uint, ends_of("task"), 0));
    make_file(path);
    (void)await_ends("task", 1);
    cr_expect(eq(str, (char *)await_health(EXECZ_HEALTH_OK), (char *)""));
    unlink(path);
}

Test(health, it_is_degraded_while_one_worker_is_missing)
{
    const char *path = name_file();
    const char *why;

    make_file(path);
    open_pool("max_workers", "2", "initializer", "pool_bodies:refuse", NULL);
    add_function("sleeper", "pool_bodies:sleep", "{\"ms\": 60000}");
    run_task("sleeper");
    await_starts("sleeper", 1);
    unlink(path);
    run_task("sleeper");
    why = await_health(EXECZ_HEALTH_DEGRADED);
    cr_expect(ne(ptr, strstr(why, "1 of 2 workers are ready"), NULL), "%s", why);
    make_file(path);
    await_starts("sleeper", 2);
    (void)await_health(EXECZ_HEALTH_OK);
    (void)shut_down(EXECZ_SHUTDOWN_CANCEL, -1);
    unlink(path);
}
