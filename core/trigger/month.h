/* SPDX-License-Identifier: MIT */
/* The months of a pattern: which of their days match, and which month comes next.  They are
 * numbered through, from January of EZ_YEAR_FIRST on. */
#ifndef EZ_TRIGGER_MONTH_H
#define EZ_TRIGGER_MONTH_H

#include "trigger/pattern.h"

#define EZ_MONTHS ((EZ_YEAR_LAST - EZ_YEAR_FIRST + 1) * 12)
#define EZ_ALL_WEEKS (UINT64_C(0x3fffffffffffff) & ~UINT64_C(1)) /* 1 to 53 */

typedef struct ez_month {
    int number;
    int64_t begin; /* its first day */
    uint32_t days; /* that match, bit 0 for the first */
} ez_month;

/* The month that a day is in, and which of its days that is, from 0.  A month of no year that can
 * be named has no days. */
ez_month ez_month_of_day(const ez_pattern *self, int64_t day, int *of_month_out);

ez_month ez_month_of_number(const ez_pattern *self, int number);

/* The number of the first month from number on that is named in a year that is; EZ_MONTHS if there
 * is none. */
int ez_month_next(const ez_pattern *self, int number);

/* The number of the last month up to number that is named in a year that is; -1 if there is none.
 */
int ez_month_last(const ez_pattern *self, int number);

#endif
