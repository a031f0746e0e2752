/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <string.h>

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

Test(executors, an_unknown_executor_type_tells_where_was_looked)
{
    fixture *self = fixture_new(NULL);
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int,
                 execz_scheduler_add_executor(self->scheduler, "x", "threadpol", NULL, 0, &err),
                 EXECZ_E_NOT_FOUND));
    cr_expect(eq(str, err.code, (char *)"P101"));
    cr_expect(strstr(err.message, EXECZ_TEST_BUNDLED_DIR) != NULL, "%s", err.message);
    fixture_free(self);
}

Test(executors, options_are_checked_before_anything_starts)
{
    fixture *self = fixture_new(NULL);
    execz_pair unknown = {"max_worker", "3"};
    execz_pair range = {"max_workers", "0"};
    execz_error err = EXECZ_ERROR_INIT;

    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", &unknown, 1, &err),
                 EXECZ_E_CONFIG));
    cr_expect(strstr(err.message, "max_workers") != NULL, "%s", err.message);
    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", &range, 1, &err),
                 EXECZ_E_CONFIG));
    cr_expect(execz_scheduler_add_executor(self->scheduler, "x", "pool", NULL, 0, &err) ==
              EXECZ_OK);
    cr_expect(eq(int, execz_scheduler_add_executor(self->scheduler, "x", "pool", NULL, 0, &err),
                 EXECZ_E_EXISTS));
    fixture_free(self);
}
