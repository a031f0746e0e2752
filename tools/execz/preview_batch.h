/* SPDX-License-Identifier: MIT */
/* Previews of many triggers, one a line. */
#ifndef EZ_TOOL_PREVIEW_BATCH_H
#define EZ_TOOL_PREVIEW_BATCH_H

#include <stdio.h>

#include <execz/types.h>

#define EZ_BATCH_LINE_MAX (64 * 1024) /* bytes of a line */

/* Reads JSON objects from in and writes one for each to out.  Lines that name no time begin at
 * now, and those that name no time zone are in the one given, NULL for UTC.  Returns EZ_EXIT_*. */
int ez_preview_batch(FILE *in, FILE *out, const char *timezone, execz_time now);

#endif
