/* SPDX-License-Identifier: MIT */
/* The fields of a schedule: their names, the numbers and names they know, and what those name. */
#ifndef EZ_TRIGGER_FIELD_H
#define EZ_TRIGGER_FIELD_H

#include "trigger/pattern.h"

/* The fields, in the order in which left and right of a field are told apart. */
typedef enum ez_field {
    EZ_FIELD_YEAR,
    EZ_FIELD_MONTH,
    EZ_FIELD_DAY,
    EZ_FIELD_WEEK,
    EZ_FIELD_DAY_OF_WEEK,
    EZ_FIELD_HOUR,
    EZ_FIELD_MINUTE,
    EZ_FIELD_SECOND,
    EZ_FIELDS,
} ez_field;

/* As keys of the text form. */
extern const char *const ez_field_names[EZ_FIELDS];

/* Two ways to write a field. */
typedef enum ez_dialect {
    EZ_DIALECT_CRON,    /* 0 is Monday; "2nd tue", "last fri", "last"; names stand alone */
    EZ_DIALECT_CRONTAB, /* 0 and 7 are Sunday; "tue#2", "friL", "L", "?"; names count as numbers */
} ez_dialect;

/* What may be written in a field. */
typedef struct ez_domain {
    int min, max;
    const char *const *names; /* of numbers in turn, all of three letters; NULL if it has none */
    int n_names;
} ez_domain;

/* From Monday on. */
extern const char *const ez_weekday_names[7];

const ez_domain *ez_field_domain(ez_field field);

/* The number for which the name with an index stands. */
int ez_field_number(ez_field field, ez_dialect dialect, int name);

/* The number of a weekday from Monday on, 0 to 6. */
int ez_weekday_of_number(ez_dialect dialect, int number);

/* Adds what number in field names to values; a year behind EZ_YEAR_LAST is left out. */
void ez_field_add(ez_field field, ez_dialect dialect, int number, ez_values *values);

#endif
