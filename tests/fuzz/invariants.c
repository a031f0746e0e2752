/* SPDX-License-Identifier: MIT */
#include "invariants.h"

#include "trigger/zone.h"

#include <string.h>

/* Not assert(): it must hold in every build. */
#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            __builtin_trap();                                                                      \
        }                                                                                          \
    } while (0)

/* Shortly before clocks are set. */
#define START (INT64_C(1806190000) * EXECZ_SECOND)

const ez_trigger_defaults fuzz_defaults = {"Europe/Berlin", START};

void
fuzz_hold_zone(void)
{
    static ez_zone *zone;

    if (zone == NULL) {
        MUST(ez_zone_open(fuzz_defaults.timezone, &zone, NULL) == EXECZ_OK);
    }
}

char *
fuzz_text(const uint8_t *data, size_t size)
{
    return memchr(data, '\0', size) != NULL ? NULL : g_strndup((const char *)data, size);
}

/* next, last and count around what follows `after`; returns from where to go on. */
static execz_time
check_step(const ez_trigger *self, execz_time after)
{
    ez_found next = ez_trigger_find_next(self, after), last;

    if (!next.sure) {
        MUST(next.time > after + 1);
        MUST(ez_trigger_count(self, after, next.time - 1, 9) == 0);
        return next.time - 1;
    }
    MUST(next.time > after);
    last = ez_trigger_find_last(self, MIN(next.time, EXECZ_TIME_NEVER) - 1);
    MUST(last.time <= after || (!last.sure && last.time < next.time));
    if (next.time != EXECZ_TIME_NEVER) {
        last = ez_trigger_find_last(self, next.time);
        MUST(last.sure && last.time == next.time);
        MUST(ez_trigger_count(self, next.time - 1, next.time, 9) == 1);
        MUST(ez_trigger_find_next(self, next.time - 1).time == next.time);
    }
    return next.time;
}

static void
check_answers(const ez_trigger *self)
{
    execz_time at = START;

    for (int i = 0; i < 12 && at != EXECZ_TIME_NEVER; i++) {
        at = check_step(self, at);
    }
    (void)check_step(self, INT64_MIN);
    (void)check_step(self, EXECZ_TIME_NEVER - 2);
    (void)ez_trigger_find_last(self, INT64_MAX);
    MUST(ez_trigger_count(self, INT64_MIN, INT64_MAX, 1000) <= 1000);
    MUST(ez_trigger_find_next(self, EXECZ_TIME_NEVER).time == EXECZ_TIME_NEVER);
}

/* What is written is read again, and means the same. */
static void
check_text(const ez_trigger *self)
{
    g_autofree char *text = ez_trigger_format(self);
    g_autofree char *again_text = NULL;
    g_autoptr(ez_trigger) again = NULL;
    ez_trigger_defaults other = {"UTC", 0};

    MUST(ez_trigger_parse(text, &other, &again, NULL, NULL) == EXECZ_OK);
    again_text = ez_trigger_format(again);
    MUST(strcmp(text, again_text) == 0);
    MUST(ez_trigger_find_next(again, START).time == ez_trigger_find_next(self, START).time);
}

void
fuzz_check(const char *text, execz_status status, ez_trigger *trigger, size_t column,
           const execz_error *err)
{
    MUST((status == EXECZ_OK) == (trigger != NULL));
    if (trigger == NULL) {
        MUST(err->message[0] != '\0' && column >= 1 && column <= strlen(text) + 1);
        return;
    }
    check_answers(trigger);
    check_text(trigger);
    ez_trigger_unref(trigger);
}
