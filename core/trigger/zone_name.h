/* SPDX-License-Identifier: MIT */
/* Names of time zones: which are some, and what was meant by one that is not. */
#ifndef EZ_TRIGGER_ZONE_NAME_H
#define EZ_TRIGGER_ZONE_NAME_H

#include <stdbool.h>

#include <execz/types.h>

/* The longest name of a time zone that is looked up; the longest that exists has 30 bytes. */
#define EZ_ZONE_NAME_MAX 64

/* Whether name looks like one and there is a whole zone file of that name. */
bool ez_zone_name_exists(const char *name);

/* Describes that there is no zone called name, with the nearest one, or that its file is broken;
 * returns EXECZ_E_PARSE. */
execz_status ez_zone_name_fail(const char *name, execz_error *err);

#endif
