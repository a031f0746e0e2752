/* SPDX-License-Identifier: MIT */
/* Opens a time zone by its IANA name. */
#ifndef EZ_TRIGGER_ZONE_H
#define EZ_TRIGGER_ZONE_H

#include <glib.h>

#include <execz/types.h>

/* The longest name of a time zone that is looked up; the longest that exists has 30 bytes. */
#define EZ_ZONE_NAME_MAX 64

/* Opens the zone called name ("Europe/London", "UTC").  The zone's file is parsed when nobody holds
 * the zone yet, so keep the reference.  UTC is there even on a machine without zone files. */
execz_status ez_zone_open(const char *name, GTimeZone **zone_out, execz_error *err);

#endif
