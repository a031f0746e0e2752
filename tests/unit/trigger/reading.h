/* SPDX-License-Identifier: MIT */
/* Texts to triggers, for the tests of this layer. */
#ifndef TESTS_TRIGGER_READING_H
#define TESTS_TRIGGER_READING_H

#include "trigger/text.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>

/* 2027-01-01T00:00:00Z */
#define NEW_YEAR (INT64_C(1798761600) * EXECZ_SECOND)

/* The trigger of text in UTC with NEW_YEAR as its anchor; fails the test if there is none. */
static inline ez_trigger *
read_trigger(const char *text)
{
    ez_trigger_defaults defaults = {"UTC", NEW_YEAR};
    ez_trigger *trigger = NULL;
    size_t column = 0;
    execz_error err = EXECZ_ERROR_INIT;

    cr_assert(eq(int, ez_trigger_parse(text, &defaults, &trigger, &column, &err), EXECZ_OK),
              "%s: column %zu: %s", text, column, err.message);
    return trigger;
}

#endif
