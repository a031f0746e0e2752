/* SPDX-License-Identifier: MIT */
/* Dates at equal distances on the calendar. */
#ifndef EZ_TRIGGER_RECURRENCE_H
#define EZ_TRIGGER_RECURRENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Step by step from the first date: so many months on, again and again until there is such a day
 * of the month, and from there so many days.  Dates are days since 1970-01-01. */
typedef struct ez_recurrence {
    int64_t first;
    int64_t months, days; /* of one step; not both are 0 */
    int32_t *dates;       /* owned, if both count: the date of each step, n_dates of them */
    size_t n_dates;
} ez_recurrence;

/* Completes self, of which the first three are set. */
void ez_recurrence_init(ez_recurrence *self);
void ez_recurrence_clear(ez_recurrence *self);

/* The last step, of those there are, that is not later than date; -1 if all are later.  Of a step
 * of months the date may still be later in that month. */
int64_t ez_recurrence_find(const ez_recurrence *self, int64_t date);

/* The date of a step; false if there is no such date. */
bool ez_recurrence_date(const ez_recurrence *self, int64_t step, int64_t *date_out);

#endif
