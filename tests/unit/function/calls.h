/* SPDX-License-Identifier: MIT */
/* What tests of one call of a function share. */
#ifndef EZ_TESTS_FUNCTION_CALLS_H
#define EZ_TESTS_FUNCTION_CALLS_H

#include "fixture.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

static fixture f;

static void
calls_setup(void)
{
    fixture_init(&f, EXECZ_TASK_FUNCTION);
}

static void
calls_teardown(void)
{
    fixture_deinit(&f);
}

static void
expect_value(const char *function, const char *args, const char *value)
{
    fixture_call(&f, function, args);
    cr_assert(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_OK), "%s", f.outcome.message);
    cr_expect(eq(str, f.outcome.value, (char *)value));
    cr_expect(eq(sz, f.outcome.value_length, strlen(value)));
    cr_expect(zero(ptr, f.outcome.message));
}

static void
expect_error(const char *function, const char *args, const char *message)
{
    fixture_call(&f, function, args);
    cr_assert(eq(u32, f.outcome.outcome, EXECZ_OUTCOME_ERROR));
    cr_expect(eq(str, f.outcome.message, (char *)message));
    cr_expect(zero(ptr, f.outcome.value));
}

#endif
